//! Journal, export, forgetting, examining, the sample, single calls.

use rapport_api::dto;

use super::Desk;
use super::people::journal_table;
use crate::args::{CallArgs, ExportArgs, ForgetArgs, JournalArgs, SampleArgs};
use crate::failure::Failure;
use crate::out::{Out, and_more, clean, line, table, table_of};
use crate::{pick, when};

pub(crate) async fn journal(desk: &Desk<'_>, args: JournalArgs) -> Result<(), Failure> {
    let item = match &args.item {
        Some(text) => Some(pick::item(desk.api, text).await?),
        None => None,
    };
    let filter = dto::JournalFilter {
        customer: pick::some_customer(desk.api, args.customer.as_ref()).await?,
        item,
        since: args
            .since
            .map(|text| when::past(&text, &desk.now))
            .transpose()?,
        until: None,
        cause: args.cause,
        limit: args.limit,
    };
    let rows = desk.api.journal(filter).await?;
    desk.out.show(&rows, |rows| {
        and_more(journal_table(rows), rows.len(), args.limit, 200)
    })
}

/// What is or was lost, for people.
pub(crate) fn loss(loss: &dto::Loss, done: bool) -> String {
    let mut text = String::from(if done {
        "Removed here:\n"
    } else {
        "This would be removed here:\n"
    });
    for line in &loss.lines {
        text.push_str("  ");
        text.push_str(&line.text);
        text.push('\n');
    }
    if loss.unsynced > 0 {
        text.push_str(&format!(
            "  {} of these exist nowhere else.\n",
            loss.unsynced
        ));
    }
    text.push_str(if done {
        "The sources were not touched."
    } else {
        "The sources are not touched. Say --yes to do it."
    });
    text
}

pub(crate) async fn forget(desk: &Desk<'_>, args: ForgetArgs) -> Result<(), Failure> {
    let person = match &args.whom.person {
        Some(text) => Some(pick::person(desk.api, text).await?),
        None => None,
    };
    let which = dto::Forget {
        account: pick::some_account(args.whom.account.as_ref()),
        person,
    };
    let lost = if args.yes {
        desk.api.forget(which).await?
    } else {
        desk.api.forget_loss(which).await?
    };
    desk.out.show(&lost, |lost| loss(lost, args.yes))
}

pub(crate) async fn export(desk: &Desk<'_>, args: ExportArgs) -> Result<(), Failure> {
    let to = args
        .to
        .to_str()
        .ok_or_else(|| Failure::usage("The folder's name is not text."))?
        .to_owned();
    let customer = pick::some_customer(desk.api, args.customer.as_ref()).await?;
    let done = desk.api.export(dto::Export { to, customer }).await?;
    desk.out.show(&done, |done| {
        table(
            ["file", "items"],
            done.files
                .iter()
                .map(|file| [file.path.clone(), file.items.to_string()]),
        )
    })
}

pub(crate) async fn doctor(desk: &Desk<'_>) -> Result<(), Failure> {
    let report = desk.api.doctor(dto::Nothing {}).await?;
    self::report(desk.out, &report)?;
    if report.well {
        Ok(())
    } else {
        Err(Failure {
            code: 1,
            word: "unwell",
            message: "Something needs a look.".to_owned(),
        })
    }
}

/// Every examination, with what to do.
pub(crate) fn report(out: Out, report: &dto::DoctorReport) -> Result<(), Failure> {
    out.show(report, |report| {
        // Advice is never cut.
        let rows = report.findings.iter().map(|row| {
            let mark = if row.well { "well" } else { "look" };
            [&row.what, mark, &row.detail.text].map(|it| clean(it, 600))
        });
        table_of(["examined", "", "found"], rows)
    })
}

pub(crate) async fn sample(desk: &Desk<'_>, args: SampleArgs) -> Result<(), Failure> {
    let bar = desk
        .out
        .is_terminal()
        .then(indicatif::ProgressBar::new_spinner);
    let request = dto::MakeSample {
        seed: args.seed,
        messages: args.messages,
        needles: args.needles,
        today: args.today.map(|day| day.to_string()),
        files_only: args.files_only,
    };
    let made = desk
        .api
        .sample_with(request, |written| {
            if let Some(bar) = &bar {
                bar.set_message(format!("{written} items written"));
                bar.tick();
            }
        })
        .await?;
    if let Some(bar) = bar {
        bar.finish_and_clear();
    }
    desk.out.show(&made, |made| {
        let mut text = format!("Velmora Instruments lies in {}\n", made.folder);
        text.push_str(&table(
            ["kind", "items"],
            made.counts
                .iter()
                .map(|(kind, count)| [kind.clone(), count.to_string()]),
        ));
        if !made.needles.is_empty() {
            text.push('\n');
            text.push_str(&table(
                ["query", "finds", "why"],
                made.needles
                    .iter()
                    .map(|it| [it.query.clone(), it.expect.clone(), it.why.clone()]),
            ));
        }
        match &made.account {
            Some(account) => {
                text.push_str(&format!("\nAdded as account {account}. Next: rapport sync"));
            }
            None => text.push_str("\nNot added as an account."),
        }
        text
    })
}

pub(crate) async fn call(desk: &Desk<'_>, args: CallArgs) -> Result<(), Failure> {
    let Some(name) = args.name else {
        for entry in rapport_api::calls::names() {
            line(entry)?;
        }
        return Ok(());
    };
    let request = match args.request {
        None => serde_json::Value::Null,
        Some(text) => serde_json::from_str(&text)
            .map_err(|error| Failure::usage(format!("The request is not JSON: {error}.")))?,
    };
    let answer = desk.api.call(&name, request).await?;
    let text = serde_json::to_string_pretty(&answer)
        .map_err(|error| Failure::internal(error.to_string()))?;
    line(&text)
}
