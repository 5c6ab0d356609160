//! Wiki pages as Markdown with front matter.

use super::folder::Folder;
use crate::SampleError;
use crate::when::Calendar;
use crate::world::customer;
use crate::world::pages::PAGES;

/// Writes all pages and says how many.
pub(crate) fn write(folder: &Folder, calendar: &Calendar) -> Result<u64, SampleError> {
    let mut count = 0;
    for page in PAGES {
        // Two hours that depend on the page only.
        let second = 9 * 3600 + u32::try_from(page.title.len() * 97 % 25_000).unwrap_or(0);
        let updated = calendar.at(page.day, second)?.timestamp();
        let owner = customer(page.customer)
            .map(|c| {
                format!(
                    "customer: {}\nabout: {}\n",
                    c.id,
                    super::tables::about(c.id)
                )
            })
            .unwrap_or_default();
        let text = format!(
            "---\ntitle: \"{}\"\nupdated: {updated}\ntags: [{}]\n{owner}---\n\n# {}\n\n{}",
            page.title,
            page.tags.join(", "),
            page.title,
            calendar.fill(page.body),
        );
        folder.put(&format!("wiki/{}.md", page.slug), text.as_bytes())?;
        count += 1;
    }
    Ok(count)
}
