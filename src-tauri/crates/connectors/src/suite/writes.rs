//! What a connector does when it is asked to write.

use rapport_model::command::Outgoing;
use rapport_model::connector::Collection;
use rapport_model::conversation::Message;
use rapport_model::plan::{Task, WikiPage};
use rapport_model::{
    Address, Body, CollectionId, Command, CommandId, Contact, Conversation, ConversationKind, Edit,
    Fault, FieldName, FieldValue, Handle, ItemRef, Kind, Mailbox, Organisation, Receipt, Record,
    RecordKind, Revision,
};

use super::Subject;
use super::check::Findings;

/// A write to something that is not there is refused in words.
pub(super) async fn unknown_targets(
    subject: &Subject,
    collections: &[Collection],
    out: &mut Findings,
) {
    let mut places: Vec<CollectionId> = collections.iter().map(|it| it.id.clone()).collect();
    places.push(CollectionId::new("suite: no such collection"));
    // A source without another side has nothing to compare a target with.
    let alone = subject.factory.manifest().name == "local";
    for (number, collection) in places.iter().enumerate() {
        let nowhere = number + 1 == places.len();
        for (at, command) in hostile(collection).into_iter().enumerate() {
            let id = CommandId::new(format!("suite-hostile-{number}-{at}"));
            let word = command.word();
            let found = subject.connector.lookup(&id, &command).await;
            let claimed = matches!(
                found,
                Ok(Receipt::Applied {
                    handle: Some(_),
                    ..
                })
            );
            out.expect(!claimed, || {
                format!("lookup claims that a never made {word} in {collection} arrived")
            });
            // Creating is allowed where the manifest says so, and a read mark or a
            // deletion may be done already.
            let creates = matches!(command, Command::Create { .. });
            if creates && !nowhere {
                continue;
            }
            match subject.connector.push(&id, &command).await {
                Err(fault) => {
                    let parked = matches!(fault, Fault::Rejected(_) | Fault::Denied(_));
                    out.expect(parked, || format!("{word} of nothing in {collection} is answered with \"{fault}\" instead of refused"));
                    out.expect(fault.to_string().len() > 15, || {
                        format!("{word} of nothing in {collection} is refused without words")
                    });
                }
                Ok(_) => out.expect(alone || matches!(command, Command::Delete { .. }), || {
                    format!("{word} of nothing in {collection} is done, it says")
                }),
            }
        }
    }
}

/// One command of each kind, about an item nobody has.
fn hostile(collection: &CollectionId) -> Vec<Command> {
    let handle = Handle::new("suite/../no such item#\u{1F914}");
    let target = ItemRef {
        collection: collection.clone(),
        handle: handle.clone(),
    };
    let base = Some(Revision::new("suite"));
    let message = Outgoing {
        text: "suite".to_owned(),
        ..Outgoing::default()
    };
    let edits = vec![Edit {
        field: FieldName::from("title"),
        base: FieldValue::Empty,
        mine: FieldValue::Text("suite".to_owned()),
    }];
    let mut out = vec![
        Command::Send {
            conversation: target.clone(),
            message,
        },
        Command::EditMessage {
            message: target.clone(),
            conversation: handle.clone(),
            text: "suite".to_owned(),
        },
        Command::Redact {
            message: target.clone(),
            conversation: handle.clone(),
            reason: None,
        },
        Command::React {
            message: target.clone(),
            conversation: handle.clone(),
            key: "👍".to_owned(),
        },
        Command::MarkRead {
            conversation: target.clone(),
            up_to: handle,
        },
        Command::Act {
            target: target.clone(),
            action: "suite".to_owned(),
            base: base.clone(),
        },
        Command::Delete {
            target: target.clone(),
            base: base.clone(),
        },
    ];
    out.extend(
        [Kind::Task, Kind::Record, Kind::Contact, Kind::Page].map(|kind| Command::SetFields {
            target: target.clone(),
            kind,
            edits: edits.clone(),
            base: base.clone(),
        }),
    );
    out.extend(bodies().into_iter().map(|body| Command::Create {
        collection: collection.clone(),
        body: Box::new(body),
        link: None,
    }));
    out
}

fn bodies() -> Vec<Body> {
    let from = Mailbox {
        name: None,
        address: Address::email("suite@example.org"),
    };
    vec![
        Body::Task(Task {
            title: "suite".to_owned(),
            ..Task::default()
        }),
        Body::Page(WikiPage {
            title: "suite".to_owned(),
            ..WikiPage::default()
        }),
        Body::Contact(Box::new(Contact {
            name: "suite".to_owned(),
            ..Contact::default()
        })),
        Body::Organisation(Box::new(Organisation {
            name: "suite".to_owned(),
            ..Organisation::default()
        })),
        Body::Record(Box::new(Record::new(RecordKind::Opportunity, "suite"))),
        Body::Conversation(Conversation::new(ConversationKind::Room, "suite")),
        Body::Message(Message::plain(Handle::new("suite"), from, "suite")),
    ]
}

/// What the manifest says it can write is done, found again, and not doubled.
pub(super) async fn expected(subject: &Subject, out: &mut Findings) {
    let manifest = subject.factory.manifest();
    for (at, command) in subject.writes.iter().enumerate() {
        let id = CommandId::new(format!("suite-write-{at}"));
        let word = command.word();
        let named = manifest.writes.iter().any(|write| write.command == word);
        out.expect(named, || {
            format!("{word} is done and the manifest does not say so")
        });
        // `lookup` before and twice after, with the same answer: it changes nothing.
        if command_creates(command) {
            let before = subject.connector.lookup(&id, command).await;
            let free = matches!(before, Ok(Receipt::NeverArrived));
            out.expect(free, || {
                format!("before {word} was pushed, lookup says {before:?}")
            });
        }
        let pushed = match subject.connector.push(&id, command).await {
            Ok(receipt) => receipt,
            Err(fault) => {
                out.broken.push(format!(
                    "{word} ({at}) is in the manifest and fails: {fault}"
                ));
                continue;
            }
        };
        out.expect(matches!(pushed, Receipt::Applied { .. }), || {
            format!("{word} ({at}) is pushed and \"never arrived\"")
        });
        let (first, second) = (
            subject.connector.lookup(&id, command).await,
            subject.connector.lookup(&id, command).await,
        );
        out.expect(first == second, || {
            format!("two lookups of {word} ({at}) differ")
        });
        match &first {
            Ok(Receipt::Applied {
                handle: Some(found),
                ..
            }) => {
                let same = matches!(&pushed, Receipt::Applied { handle, .. } if handle.as_ref() == Some(found) || handle.is_none());
                out.expect(same, || {
                    format!("lookup of {word} ({at}) finds another item")
                });
            }
            Ok(_) => {}
            Err(fault) => out
                .broken
                .push(format!("lookup of {word} ({at}) fails: {fault}")),
        }
        // Only where the source itself tells the repetition from a new wish.
        if matches!(command, Command::Create { .. })
            && matches!(first, Ok(Receipt::Applied { .. } | Receipt::NeverArrived))
        {
            let again = subject.connector.push(&id, command).await;
            let same = match (&pushed, &again) {
                (
                    Receipt::Applied { handle: one, .. },
                    Ok(Receipt::Applied { handle: two, .. }),
                ) => one == two,
                _ => false,
            };
            out.expect(same, || {
                format!("{word} ({at}) pushed twice gives two items: {again:?}")
            });
        }
    }
    // Refused in words: a command of each kind that the manifest does not name.
    for command in hostile(&CollectionId::new("suite: no such collection")) {
        if manifest
            .writes
            .iter()
            .all(|write| write.command != command.word())
        {
            let answer = subject
                .connector
                .push(&CommandId::new("suite-unnamed"), &command)
                .await;
            let refused = matches!(answer, Err(Fault::Rejected(_) | Fault::Denied(_)));
            out.expect(refused, || {
                format!("{} is not in the manifest and not refused", command.word())
            });
        }
    }
}

const fn command_creates(command: &Command) -> bool {
    matches!(command, Command::Create { .. })
}
