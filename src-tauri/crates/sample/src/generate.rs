//! From options to a folder.

use std::ops::ControlFlow;
use std::path::Path;

use serde_json::json;

use crate::company::Company;
use crate::post::{ChatLine, Mail};
use crate::talk::chats::ChatTalk;
use crate::talk::mails::MailTalk;
use crate::talk::{Plan, Setting, Slot, needle, needles_in};
use crate::when::Calendar;
use crate::world::needles::Spot;
use crate::world::rooms::{ROOMS, Room};
use crate::world::scene_chats::CHATS;
use crate::world::scene_mails::MAILS;
use crate::write::chat::Rooms;
use crate::write::folder::Folder;
use crate::write::mailboxes::Mailboxes;
use crate::write::{ical, mapping, readme, records, vcard, wiki};
use crate::{
    DEFAULT_MESSAGES, MOST_MESSAGES, Needle, Options, Progress, SampleError, Summary, agenda,
};

/// Messages between two looks at whether to stop.
const STEP: u64 = 500;

/// Makes the company of the options in the folder `out`.
///
/// The folder appears whole or not at all: an earlier sample is replaced in one
/// step, anything else that is not empty is refused. `progress` hears about
/// every few hundred messages and may stop the work.
pub fn generate(
    options: &Options,
    out: &Path,
    progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> Result<Summary, SampleError> {
    make(options, out, false, progress)
}

/// The same company on the evening before: some facts are what they were until the day of the
/// scenes began. Who reads this first and [`generate`]s over it sees the morning's changes come.
pub fn evening_before(
    options: &Options,
    out: &Path,
    progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> Result<Summary, SampleError> {
    make(options, out, true, progress)
}

fn make(
    options: &Options,
    out: &Path,
    evening: bool,
    progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> Result<Summary, SampleError> {
    let total = options.messages.unwrap_or(DEFAULT_MESSAGES);
    if total > MOST_MESSAGES {
        return Err(SampleError::TooMany(total));
    }
    let calendar = Calendar::new(options.today, options.zone.clone())?;
    let marker = json!({
        "sample": "velmora", "layout": 1, "seed": options.seed, "today": options.today.to_string(),
        "zone": calendar.zone_name(), "messages": total, "needles": options.needles,
    });
    let folder = Folder::begin(out, &format!("{marker:#}\n"))?;
    let company = Company::build(options.seed, &calendar);
    let shelf = company.shelf();
    let on_record = if evening {
        Company::build(options.seed, &calendar).evening_before()
    } else {
        Company::build(options.seed, &calendar)
    };
    let setting = Setting {
        seed: options.seed,
        calendar: &calendar,
        shelf: &shelf,
    };

    let (events, tasks) = (
        agenda::events(options.seed, &calendar),
        agenda::tasks(options.seed, &calendar),
    );
    let (events, tasks) = ical::write(&folder, &calendar, &events, &tasks)?;
    let mut summary = Summary {
        contacts: vcard::write(&folder, &calendar)?,
        events,
        tasks,
        records: records::write(&folder, &on_record, &calendar)?,
        pages: wiki::write(&folder, &calendar)?,
        rooms: u64::try_from(ROOMS.len()).unwrap_or(0),
        ..Summary::default()
    };
    folder.put("README.md", readme::README.as_bytes())?;
    folder.put(
        "rapport-mapping.json",
        format!("{:#}\n", mapping::mapping()).as_bytes(),
    )?;

    let hidden = |spots| {
        if options.needles {
            needles_in(spots)
        } else {
            Vec::new()
        }
    };
    let mut meter = Meter {
        done: 0,
        total,
        progress,
    };
    let in_mail = hidden(&[Spot::Mail, Spot::Subject, Spot::Html, Spot::File]);
    mails(&folder, setting, &in_mail, &mut meter, &mut summary)?;
    chats(
        &folder,
        setting,
        &hidden(&[Spot::Chat]),
        &mut meter,
        &mut summary,
    )?;
    if options.needles {
        let list =
            serde_json::to_string_pretty(&summary.needles).map_err(|e| SampleError::Write {
                path: "rapport-needles.json".into(),
                source: e.into(),
            })?;
        folder.put("rapport-needles.json", list.as_bytes())?;
    }
    meter.say()?;
    folder.publish()?;
    Ok(summary)
}

struct Meter<'a> {
    done: u64,
    total: u64,
    progress: &'a mut dyn FnMut(Progress) -> ControlFlow<()>,
}

impl Meter<'_> {
    fn say(&mut self) -> Result<(), SampleError> {
        match (self.progress)(Progress {
            done: self.done,
            total: self.total.max(self.done),
        }) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(SampleError::Canceled),
        }
    }

    fn tick(&mut self) -> Result<(), SampleError> {
        self.done += 1;
        if self.done % STEP == 1 {
            self.say()
        } else {
            Ok(())
        }
    }
}

fn note(at: usize, expect: &str, place: String) -> Result<Needle, SampleError> {
    let spec = needle(at)?;
    Ok(Needle {
        query: spec.query.to_owned(),
        expect: expect.to_owned(),
        place,
        kind: spec.kind.to_owned(),
        why: spec.why.to_owned(),
    })
}

fn mails(
    folder: &Folder,
    setting: Setting<'_>,
    needles: &[usize],
    meter: &mut Meter<'_>,
    summary: &mut Summary,
) -> Result<(), SampleError> {
    let scenes = MAILS.iter().map(|m| (m.day, m.second, m)).collect();
    let total = meter.total.div_ceil(2);
    let plan = Plan::new(&setting, "mail", total, scenes, needles);
    let mut talk = MailTalk::new(setting);
    let mut boxes = Mailboxes::open(folder)?;
    for plan in plan.days() {
        for (second, slot) in plan.slots {
            let mail: Mail = match slot {
                Slot::Scene(scene) => talk.scene(scene)?,
                Slot::Talk => talk.next(plan.day, second)?,
                Slot::Needle(at) => {
                    let mail = talk.needle(at, plan.day, second)?;
                    summary.needles.push(note(at, &mail.id, "mail".to_owned())?);
                    mail
                }
            };
            boxes.file(plan.day, &mail)?;
            summary.mails += 1;
            meter.tick()?;
        }
    }
    boxes.close()
}

fn chats(
    folder: &Folder,
    setting: Setting<'_>,
    needles: &[usize],
    meter: &mut Meter<'_>,
    summary: &mut Summary,
) -> Result<(), SampleError> {
    let scenes = CHATS
        .iter()
        .enumerate()
        .map(|(at, c)| (c.day, c.second, (at, c)))
        .collect();
    let total = meter.total / 2;
    let plan = Plan::new(&setting, "chat", total, scenes, needles);
    let mut talk = ChatTalk::new(setting);
    let mut rooms = Rooms::open(folder)?;
    for plan in plan.days() {
        for (second, slot) in plan.slots {
            let (room, message): (&'static Room, ChatLine) = match slot {
                Slot::Scene((at, scene)) => talk.scene(at, scene)?,
                Slot::Talk => talk.next(plan.day, second)?,
                Slot::Needle(at) => {
                    let (room, message) = talk.needle(at, plan.day, second)?;
                    let place = format!("chat/{}.jsonl", room.key);
                    summary.needles.push(note(at, &message.id, place)?);
                    (room, message)
                }
            };
            rooms.say(room, &message)?;
            summary.chats += 1;
            meter.tick()?;
        }
    }
    rooms.close()
}
