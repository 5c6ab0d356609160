//! Mails as mboxrd: a `From ` line before each, a `>` before every line of a
//! body that looks like one.

use std::io::Write;

use jiff::fmt::rfc2822;

use super::mime::{body, header_text, mailbox, mailboxes, put};
use crate::SampleError;
use crate::post::{Mail, Origin};

/// Appends a mail to a box.
pub(crate) fn append(
    out: &mut impl Write,
    mail: &Mail,
    scratch: &mut String,
) -> Result<(), SampleError> {
    scratch.clear();
    render(scratch, mail)?;
    out.write_all(scratch.as_bytes())
        .map_err(|source| SampleError::Write {
            path: "mail".into(),
            source,
        })
}

fn render(out: &mut String, mail: &Mail) -> Result<(), SampleError> {
    let date =
        rfc2822::to_string(&mail.at).map_err(|source| SampleError::Time { day: 0, source })?;
    let utc = mail.at.timestamp().strftime("%a %b %e %H:%M:%S %Y");
    put(out, format_args!("From {} {utc}\n", mail.from.email));
    put(
        out,
        format_args!("Message-ID: <{}>\nDate: {date}\n", mail.id),
    );
    put(
        out,
        format_args!(
            "From: {}\nTo: {}\n",
            mailbox(&mail.from),
            mailboxes(&mail.to)
        ),
    );
    if !mail.cc.is_empty() {
        put(out, format_args!("Cc: {}\n", mailboxes(&mail.cc)));
    }
    put(
        out,
        format_args!("Subject: {}\n", header_text(&mail.subject)),
    );
    if let Some(parent) = mail.references.last() {
        let all: Vec<String> = mail.references.iter().map(|r| format!("<{r}>")).collect();
        put(
            out,
            format_args!("In-Reply-To: <{parent}>\nReferences: {}\n", all.join("\n ")),
        );
    }
    match &mail.origin {
        Origin::Person => {}
        Origin::AutoReply => {
            out.push_str("Auto-Submitted: auto-replied\nX-Auto-Response-Suppress: All\n");
        }
        Origin::List(id) => put(out, format_args!("List-Id: <{id}>\nPrecedence: bulk\n")),
    }
    out.push_str("MIME-Version: 1.0\n");
    let from = out.len();
    body(out, &mail.id, &mail.body, mail.attachment.as_ref());
    quote_from_lines(out, from);
    out.push('\n');
    Ok(())
}

/// mboxrd: a line that is `From ` after any number of `>` gets one more.
fn quote_from_lines(out: &mut String, start: usize) {
    let Some(text) = out.get(start..) else { return };
    if !text.contains("From ") {
        return;
    }
    let mut safe = String::with_capacity(text.len() + 8);
    for line in text.split_inclusive('\n') {
        if line.trim_start_matches('>').starts_with("From ") {
            safe.push('>');
        }
        safe.push_str(line);
    }
    out.truncate(start);
    out.push_str(&safe);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::post::{Address, Attachment, Body};
    use mail_parser::{MessageParser, MimeHeaders};

    fn mail(text: &str) -> Mail {
        let rita = Address {
            name: "Iñaki, S.L.".into(),
            email: "inaki@marisol.example".into(),
        };
        Mail {
            id: "one4@marisol.example".into(),
            at: "2026-03-12T08:12:00[Europe/Amsterdam]".parse().unwrap(),
            from: rita.clone(),
            to: vec![rita.clone(), rita],
            cc: Vec::new(),
            subject: "Überprüfung der Messstellen – señalización 流量计 und noch ein langer Rest"
                .into(),
            references: vec!["a@x".into(), "b@x".into()],
            body: Body::Both(text.into(), format!("<p>{text}</p>")),
            attachment: Some(Attachment {
                name: "Übersicht Schächte.csv".into(),
                kind: "text/csv",
                content: b"a;b\n".repeat(40),
            }),
            origin: Origin::Person,
        }
    }

    fn written(mail: &Mail) -> String {
        let mut out = Vec::new();
        append(&mut out, mail, &mut String::new()).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn lines_that_look_like_separators_are_quoted_once_more() {
        let text = written(&mail(
            "From here on\n>From there\n>>From afar\nfrom below, From mid",
        ));
        assert!(text.starts_with("From inaki@marisol.example Thu Mar 12 07:12:00 2026\n"));
        assert!(text.contains("\n>From here on\n>>From there\n>>>From afar\nfrom below, From mid"));
        assert_eq!(text.lines().filter(|l| l.starts_with("From ")).count(), 1);
    }

    #[test]
    fn another_parser_reads_back_what_was_written() {
        let long = "Größe = 5 µm, ".repeat(12) + "Ende ";
        let text = written(&mail(&long));
        let (_, message) = text.split_once('\n').unwrap();
        let read = MessageParser::default().parse(message.as_bytes()).unwrap();
        assert_eq!(read.message_id(), Some("one4@marisol.example"));
        assert_eq!(read.subject(), Some(mail("").subject.as_str()));
        assert_eq!(read.body_text(0).unwrap().trim_end_matches('\n'), long);
        assert_eq!(
            read.from().unwrap().first().unwrap().name(),
            Some("Iñaki, S.L.")
        );
        assert_eq!(read.to().unwrap().as_list().unwrap().len(), 2);
        let file = read.attachment(0).unwrap();
        assert_eq!(file.attachment_name(), Some("Übersicht Schächte.csv"));
        assert_eq!(file.contents(), b"a;b\n".repeat(40));
        assert_eq!(read.date().unwrap().to_timestamp(), 1_773_299_520);
        assert!(message.lines().all(|l| l.len() < 998));
    }
}
