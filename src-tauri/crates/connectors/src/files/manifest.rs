//! What the folder says of itself.

use rapport_model::Kind;
use rapport_model::connector::{
    ConflictCheck, Deletions, Delivery, FormField, FormFieldKind, Manifest, Write,
};

/// Between comparing and renaming, about a millisecond passes.
const CHECK: ConflictCheck = ConflictCheck::ReadCompareWrite;

/// The static description.
pub(super) static MANIFEST: Manifest = Manifest {
    name: "files",
    title: "Folder",
    about: "Contacts, calendars, tasks, mail, chat exports, tables and pages in a folder on this computer.",
    form: &[
        FormField {
            key: "folder",
            label: "Folder",
            kind: FormFieldKind::Folder,
            required: true,
            example: "/home/ines/Velmora",
        },
        FormField {
            key: "own",
            label: "Your own addresses, with commas between them",
            kind: FormFieldKind::Text,
            required: false,
            example: "ines@velmora.example, @ines:velmora.example",
        },
    ],
    auth: &[],
    kinds: &[
        Kind::Conversation,
        Kind::Message,
        Kind::Task,
        Kind::Event,
        Kind::Page,
        Kind::Record,
        Kind::Contact,
        Kind::Organisation,
    ],
    deletions: Deletions::Stream,
    writes: &[
        Write {
            command: "create",
            kind: Kind::Task,
            check: ConflictCheck::Append,
        },
        Write {
            command: "set_fields",
            kind: Kind::Task,
            check: CHECK,
        },
        Write {
            command: "delete",
            kind: Kind::Task,
            check: CHECK,
        },
        Write {
            command: "create",
            kind: Kind::Contact,
            check: ConflictCheck::Append,
        },
        Write {
            command: "set_fields",
            kind: Kind::Contact,
            check: CHECK,
        },
        Write {
            command: "delete",
            kind: Kind::Contact,
            check: CHECK,
        },
        Write {
            command: "create",
            kind: Kind::Organisation,
            check: ConflictCheck::Append,
        },
        Write {
            command: "set_fields",
            kind: Kind::Organisation,
            check: CHECK,
        },
        Write {
            command: "delete",
            kind: Kind::Organisation,
            check: CHECK,
        },
        Write {
            command: "set_fields",
            kind: Kind::Record,
            check: CHECK,
        },
    ],
    fixed: &[],
    delivery: Delivery::Push,
};
