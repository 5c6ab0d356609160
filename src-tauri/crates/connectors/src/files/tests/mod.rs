//! The folder's promises, each with a small folder of its own.

mod changes;
mod formats;
mod hostile;
mod large;
mod others;
mod recorded;
mod rows;
mod shut;
mod writes;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use rapport_model::change::Page;
use rapport_model::connector::{Connector, Factory as _};
use rapport_model::{
    Body, Change, CollectionId, Command, Cursor, Edit, FieldName, FieldValue, Handle, Item,
    ItemRef, Kind,
};
use serde_json::json;

use super::FilesFactory;
use crate::suite::{Subject, setting};

/// A folder with a connector over it. The clock stands in 2030, so everything
/// written now has settled long ago.
pub(super) struct Desk {
    dir: tempfile::TempDir,
    pub(super) files: Arc<dyn Connector>,
}

impl Desk {
    pub(super) fn new(files: &[(&str, &str)]) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let config = json!({ "folder": dir.path(), "own": "ines@velmora.example" });
        let connector = FilesFactory.connect(setting(config, dir.path())).unwrap();
        let desk = Self {
            dir,
            files: connector,
        };
        for (path, text) in files {
            desk.put(path, text);
        }
        desk
    }

    pub(super) fn root(&self) -> &Path {
        self.dir.path()
    }

    pub(super) fn put(&self, path: &str, text: impl AsRef<[u8]>) {
        let full = self.root().join(path);
        std::fs::create_dir_all(full.parent().unwrap()).unwrap();
        std::fs::write(full, text.as_ref()).unwrap();
    }

    /// As if it had been written in 2030, at this moment of the standing clock.
    pub(super) fn being_written(&self, path: &str) {
        let file = std::fs::File::options()
            .append(true)
            .open(self.root().join(path))
            .unwrap();
        file.set_modified(UNIX_EPOCH + Duration::from_millis(1_899_999_999_900))
            .unwrap();
    }

    pub(super) fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.root().join(path)).unwrap()
    }

    pub(super) async fn page(&self, collection: &str, cursor: Option<&Cursor>) -> Page {
        self.files
            .pull(&CollectionId::new(collection), cursor)
            .await
            .unwrap()
    }

    /// Pulls until there is no more; what came, in order, and the last page with the
    /// reasons of all.
    pub(super) async fn all(
        &self,
        collection: &str,
        cursor: Option<Cursor>,
    ) -> (Vec<Change>, Page) {
        let (mut out, mut poison, mut cursor) = (Vec::new(), Vec::new(), cursor);
        loop {
            let mut page = self.page(collection, cursor.as_ref()).await;
            out.append(&mut page.changes);
            poison.append(&mut page.poison);
            cursor = Some(page.cursor.clone());
            if !page.more {
                page.poison = poison;
                return (out, page);
            }
        }
    }

    /// Everything of a collection, by handle.
    pub(super) async fn items(&self, collection: &str) -> BTreeMap<String, Item> {
        let (changes, _) = self.all(collection, None).await;
        upserts(&changes)
            .into_iter()
            .map(|item| (item.handle.0.clone(), item))
            .collect()
    }
}

pub(super) fn upserts(changes: &[Change]) -> Vec<Item> {
    changes
        .iter()
        .filter_map(|change| match change {
            Change::Upsert(item) => Some((**item).clone()),
            _ => None,
        })
        .collect()
}

pub(super) fn gone(changes: &[Change]) -> Vec<String> {
    changes
        .iter()
        .filter_map(|change| match change {
            Change::Gone(handle) => Some(handle.0.clone()),
            _ => None,
        })
        .collect()
}

pub(super) fn titles(changes: &[Change]) -> Vec<String> {
    upserts(changes)
        .iter()
        .map(|item| item.body.title().to_owned())
        .collect()
}

pub(super) fn edit(field: &str, base: FieldValue, mine: FieldValue) -> Edit {
    Edit {
        field: FieldName::from(field),
        base,
        mine,
    }
}

pub(super) fn text(text: &str) -> FieldValue {
    FieldValue::Text(text.to_owned())
}

pub(super) fn set(item: &Item, collection: &str, edits: Vec<Edit>) -> Command {
    Command::SetFields {
        target: ItemRef {
            collection: CollectionId::new(collection),
            handle: item.handle.clone(),
        },
        kind: item.body.kind(),
        edits,
        base: item.revision.clone(),
    }
}

pub(super) fn mail(id: &str, from: &str, answers: &str, subject: &str, body: &str) -> String {
    let refs = if answers.is_empty() {
        String::new()
    } else {
        format!("In-Reply-To: <{answers}>\nReferences: <{answers}>\n")
    };
    format!(
        "From {from} Thu Mar 12 09:41:00 2026\nMessage-ID: <{id}>\nDate: Thu, 12 Mar 2026 09:41:00 +0000\nFrom: {from}\nTo: Ines <ines@velmora.example>\nSubject: {subject}\n{refs}\n{body}\n\n"
    )
}

pub(super) const TASKS: &str = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nX-WR-CALNAME:Mine\r\nBEGIN:VTODO\r\nUID:t1\r\nDTSTAMP:20260301T090000Z\r\nSUMMARY:Call Marten\r\nDUE;VALUE=DATE:20260312\r\nX-OTHER-PROGRAM:keep me\r\nX-RAPPORT-LINK:line2@oakhollow.example\r\nBEGIN:VALARM\r\nTRIGGER:-PT15M\r\nDESCRIPTION:Ring\r\nEND:VALARM\r\nEND:VTODO\r\nBEGIN:VTODO\r\nUID:t2\r\nDTSTAMP:20260301T090000Z\r\nSUMMARY:Find the offer\r\nRELATED-TO:t1\r\nSTATUS:IN-PROCESS\r\nEND:VTODO\r\nBEGIN:VEVENT\r\nUID:e1\r\nDTSTART;TZID=Europe/Amsterdam:20260312T130000\r\nDTEND;TZID=Europe/Amsterdam:20260312T140000\r\nRRULE:FREQ=WEEKLY\r\nSUMMARY:Pipeline round\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";

pub(super) const CARDS: &str = "BEGIN:VCARD\r\nVERSION:4.0\r\nUID:urn:ines\r\nFN:Ines Duarte\r\nEMAIL:ines@velmora.example\r\nIMPP:matrix:u/ines:velmora.example\r\nCATEGORIES:staff,me\r\nEND:VCARD\r\nBEGIN:VCARD\r\nVERSION:4.0\r\nUID:urn:marten\r\nFN:Marten Bakker\r\nORG:Oakhollow Brewing;Operations\r\nTITLE:Head of operations\r\nEMAIL;TYPE=work;PREF=1:marten@oakhollow.example\r\nTEL;TYPE=\"work,voice\";VALUE=uri:tel:+31-50-555-01\r\nX-SKILL:brewing\r\nEND:VCARD\r\nBEGIN:VCARD\r\nVERSION:4.0\r\nUID:urn:oak\r\nKIND:org\r\nFN:Oakhollow Brewing\r\nADR;TYPE=work:;;Malt Lane 4;Groningen;;9711;Netherlands\r\nEND:VCARD\r\n";

pub(super) const MAPPING: &str = r#"{"version": 1, "files": {
 "records/customers.csv": {"kind": "customer", "key": "customer_id", "columns": {"title": "name", "vat": "vat_number", "owner": "owner_email", "credit_limit": "credit_limit", "currency": "currency", "city": "city"}},
 "records/employees.csv": {"kind": "employee", "key": "employee_id", "columns": {"title": "name", "email": "email"}},
 "records/orders.csv": {"kind": "order", "key": "number", "columns": {"title": "title", "customer": "customer_id", "state": "state", "amount": "total", "currency": "currency", "date": "order_date"}},
 "records/invoices.csv": {"kind": "invoice", "key": "number", "columns": {"title": "title", "customer": "customer_id", "state": "state", "amount": "total", "open": "open", "currency": "currency", "date": "invoice_date", "due": "due_date", "order": "order"}},
 "records/invoice_lines.csv": {"kind": "generic:invoice_line", "key": "line_id", "columns": {"invoice": "invoice", "order": "order", "product": "product", "title": "description", "quantity": "quantity", "unit_price": "unit_price", "amount": "amount", "currency": "currency"}}}}"#;

/// One of everything, consistent in itself.
pub(super) fn company() -> Vec<(&'static str, String)> {
    vec![
        ("contacts/people.vcf", CARDS.to_owned()),
        ("tasks/mine.ics", TASKS.to_owned()),
        ("rapport-mapping.json", MAPPING.to_owned()),
        ("records/customers.csv", "customer_id,name,vat_number,owner_email,credit_limit,currency,city\r\nC-1,Oakhollow Brewing,NL1,ines@velmora.example,50000.00,EUR,Groningen\r\n".to_owned()),
        ("records/employees.csv", "employee_id,name,email\nE-1,Ines Duarte,ines@velmora.example\n".to_owned()),
        ("records/orders.csv", "number,customer_id,title,state,total,currency,order_date\nSO-1,C-1,Line 2,shipped,18640.00,EUR,2026-02-01\n".to_owned()),
        ("records/invoices.csv", "number,customer_id,title,state,total,currency,invoice_date,due_date,open,order\nINV-2026-0113,C-1,\"Line 2, meters\",open,18640.00,EUR,2026-02-03,2026-03-05,18640.00,SO-1\n".to_owned()),
        ("records/invoice_lines.csv", "line_id,invoice,order,product,description,quantity,unit_price,amount,currency\n1,INV-2026-0113,SO-1,VF-300,Flow meter,4,4660.00,18640.00,EUR\n".to_owned()),
        ("mail/inbox.mbox", mail("line2@oakhollow.example", "marten@oakhollow.example", "", "Line 2 stopped", "Ines, Line 2 stopped.")),
        ("mail/sent.mbox", mail("answer@velmora.example", "ines@velmora.example", "line2@oakhollow.example", "Re: Line 2 stopped", "We come today.")),
        ("chat/ops.jsonl", "{\"room\":\"!ops:x\",\"name\":\"#ops\",\"kind\":\"room\",\"members\":[{\"id\":\"@dario:x\",\"name\":\"Dario\"}]}\n{\"id\":\"m1\",\"at\":\"2026-03-12T09:00:00Z\",\"from\":\"@dario:x\",\"text\":\"Line 2 is down\",\"reactions\":[{\"key\":\"👀\",\"from\":\"@ines:velmora.example\"}]}\n{\"id\":\"m2\",\"at\":\"2026-03-12T09:01:00Z\",\"from\":\"@ines:velmora.example\",\"text\":\"On it\",\"reply_to\":\"m1\",\"mentions\":[\"@dario:x\"]}\n{\"id\":\"m3\",\"at\":\"2026-03-12T09:02:00Z\",\"from\":\"@dario:x\",\"text\":\"Line 2 is up\",\"edits\":\"m1\"}\n".to_owned()),
        ("wiki/prices.md", "---\ntitle: Prices\ntags: [sales]\nabout: records/records/customers.csv#C-1\n---\nVF-300: 4660\n".to_owned()),
    ]
}

pub(super) fn desk() -> Desk {
    let files = company();
    let files: Vec<(&str, &str)> = files
        .iter()
        .map(|(path, text)| (*path, text.as_str()))
        .collect();
    Desk::new(&files)
}

async fn fixture() -> Subject {
    use rapport_model::plan::Task;
    use rapport_model::{Address, Contact};
    let desk = desk();
    let tasks = desk.items("tasks").await;
    let cards = desk.items("contacts").await;
    let rows = desk.items("records").await;
    let (call, offer) = (&tasks["tasks/mine.ics#t1"], &tasks["tasks/mine.ics#t2"]);
    let marten = &cards["contacts/people.vcf#urn:marten"];
    let oak = &cards["contacts/people.vcf#urn:oak"];
    let create = |collection: &str, body| Command::Create {
        collection: CollectionId::new(collection),
        body: Box::new(body),
        link: None,
    };
    let mut ada = Contact {
        name: "Ada Lovelace".into(),
        ..Contact::default()
    };
    ada.addresses.push(Address::email("ada@x.example"));
    let delete = |item: &Item, collection: &str| Command::Delete {
        target: ItemRef::new(collection, item.handle.as_str()),
        base: None,
    };
    let commands = vec![
        create(
            "tasks",
            Body::Task(Task {
                title: "Send the quote".into(),
                parent: None,
                ..Task::default()
            }),
        ),
        create("contacts", Body::Contact(Box::new(ada))),
        set(
            call,
            "tasks",
            vec![edit(
                "title",
                text("Call Marten"),
                text("Call Marten at once"),
            )],
        ),
        delete(offer, "tasks"),
        set(
            marten,
            "contacts",
            vec![edit("role", text("Head of operations"), text("Director"))],
        ),
        set(
            oak,
            "contacts",
            vec![edit(
                "name",
                text("Oakhollow Brewing"),
                text("Oakhollow Brewing BV"),
            )],
        ),
        delete(oak, "contacts"),
        set(
            &rows["records/orders.csv#SO-1"],
            "records",
            vec![edit("state", text("shipped"), text("invoiced"))],
        ),
        set(
            &rows["records/customers.csv#C-1"],
            "records",
            vec![edit("name", text("Oakhollow Brewing"), text("Oakhollow"))],
        ),
    ];
    assert_eq!(oak.body.kind(), Kind::Organisation);
    let connector = Arc::clone(&desk.files);
    Subject::new(Arc::new(FilesFactory), connector)
        .keeping(desk.dir)
        .writing(commands)
}

crate::connector_suite!(fixture);

#[tokio::test]
async fn an_unknown_handle_is_no_way_out_of_the_folder() {
    let desk = Desk::new(&[("tasks/a.ics", TASKS)]);
    let outside = tempfile::NamedTempFile::with_suffix(".ics").unwrap();
    std::fs::write(outside.path(), TASKS).unwrap();
    let name = outside.path().file_name().unwrap().to_str().unwrap();
    for path in [
        format!("../{name}"),
        outside.path().display().to_string(),
        format!("tasks/../../{name}"),
    ] {
        let handles = [Handle::new(format!("{path}#t1"))];
        assert!(
            desk.files
                .fetch(&"tasks".into(), &handles)
                .await
                .unwrap()
                .is_empty()
        );
        let target = ItemRef::new("tasks", format!("{path}#t1"));
        let command = Command::SetFields {
            target,
            kind: Kind::Task,
            edits: vec![edit("title", text("Call Marten"), text("x"))],
            base: None,
        };
        assert!(desk.files.push(&"c1".into(), &command).await.is_err());
    }
    assert_eq!(std::fs::read_to_string(outside.path()).unwrap(), TASKS);
}
