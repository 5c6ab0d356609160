use std::sync::Arc;

use rapport_model::connector::{Connector, Factory as _};
use rapport_model::plan::{Task, WikiPage};
use rapport_model::{
    Body, Command, CommandId, Edit, Fault, FieldName, FieldValue, ItemRef, Kind, LinkId, Receipt,
};

use super::LocalFactory;
use crate::suite::{Subject, setting};

fn connector() -> Arc<dyn Connector> {
    LocalFactory
        .connect(setting(serde_json::Value::Null, "unused"))
        .unwrap()
}

fn create(collection: &str, body: Body, link: Option<&str>) -> Command {
    Command::Create {
        collection: collection.into(),
        body: Box::new(body),
        link: link.map(LinkId::new),
    }
}

fn set(field: &str, mine: FieldValue) -> Command {
    let edits = vec![Edit {
        field: FieldName::from(field),
        base: FieldValue::Empty,
        mine,
    }];
    Command::SetFields {
        target: ItemRef::new("tasks", "t1"),
        kind: Kind::Task,
        edits,
        base: None,
    }
}

async fn fixture() -> Subject {
    let task = Body::Task(Task {
        title: "Buy tea".into(),
        ..Task::default()
    });
    let note = Body::Page(WikiPage {
        title: "Idea".into(),
        ..WikiPage::default()
    });
    let delete = Command::Delete {
        target: ItemRef::new("notes", "n1"),
        base: None,
    };
    let done = set("status", FieldValue::Text("done".into()));
    let commands = vec![
        create("tasks", task, None),
        create("notes", note, Some("n1")),
        done,
        delete,
    ];
    Subject::new(Arc::new(LocalFactory), connector()).writing(commands)
}

crate::connector_suite!(fixture);

#[tokio::test]
async fn the_same_command_always_gives_the_same_item() {
    let command = create("tasks", Body::Task(Task::default()), None);
    let handle = |receipt: Receipt| match receipt {
        Receipt::Applied { handle, .. } => handle.unwrap().0,
        Receipt::NeverArrived => panic!(),
    };
    let id = CommandId::new("c1");
    for _ in 0..2 {
        assert_eq!(handle(connector().push(&id, &command).await.unwrap()), "c1");
    }
    let linked = create("tasks", Body::Task(Task::default()), Some("uid-1"));
    assert_eq!(
        handle(connector().push(&id, &linked).await.unwrap()),
        "uid-1"
    );
}

#[tokio::test]
async fn a_value_a_field_cannot_hold_is_refused_as_it_would_be_elsewhere() {
    let refused = connector()
        .push(&"c1".into(), &set("due", FieldValue::Flag(true)))
        .await;
    assert!(matches!(refused, Err(Fault::Rejected(_))));
}

#[tokio::test]
async fn asking_for_items_never_says_that_they_are_gone() {
    let answer = connector().fetch(&"tasks".into(), &["t1".into()]).await;
    assert!(matches!(answer, Err(Fault::Rejected(_))));
}
