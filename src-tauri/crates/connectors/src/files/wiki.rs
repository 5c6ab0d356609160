//! Markdown pages with front matter as wiki pages.

use rapport_model::Millis;
use rapport_model::plan::WikiPage;

use super::todo::reference;
use crate::common::clean;

/// A page larger than this is not read.
pub(super) const MAX_PAGE: u64 = 8 * 1024 * 1024;

/// Maps a page. The moment is the one its front matter names (`date`), if any.
pub(super) fn map(path: &str, text: &str) -> (Option<Millis>, WikiPage) {
    let text = clean(text.trim_start_matches('\u{feff}')).replace("\r\n", "\n");
    let (front, body) = front_matter(&text);
    let find = |name: &str| {
        front
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.clone())
            .filter(|it| !it.is_empty())
    };
    let heading = body
        .lines()
        .find_map(|line| line.strip_prefix("# "))
        .map(str::trim);
    let mut folders: Vec<String> = path.split('/').map(str::to_owned).collect();
    let file = folders.pop().unwrap_or_default();
    let stem = file
        .rsplit_once('.')
        .map_or(file.as_str(), |(stem, _)| stem)
        .to_owned();
    let title = find("title").or_else(|| heading.filter(|it| !it.is_empty()).map(str::to_owned));
    let tags = find("tags").map(|it| list(&it)).unwrap_or_default();
    let page = WikiPage {
        title: title.unwrap_or(stem),
        text: body.trim().to_owned(),
        path: folders,
        tags,
        author: find("author").and_then(|it| crate::common::mailbox(&it)),
        about: find("about").and_then(|it| reference(&it)),
    };
    (
        find("date")
            .or_else(|| find("created"))
            .or_else(|| find("updated"))
            .and_then(|it| moment(&it)),
        page,
    )
}

/// `---`, lines of `key: value` (or `- item` below a key), `---`; then the text.
fn front_matter(text: &str) -> (Vec<(String, String)>, &str) {
    let Some(rest) = text.strip_prefix("---\n") else {
        return (Vec::new(), text);
    };
    let Some((front, body)) = rest
        .split_once("\n---\n")
        .or_else(|| Some((rest.strip_suffix("\n---")?, "")))
    else {
        return (Vec::new(), text);
    };
    let mut out: Vec<(String, String)> = Vec::new();
    for line in front.lines() {
        if let (Some(item), Some((_, value))) =
            (line.trim_start().strip_prefix("- "), out.last_mut())
        {
            if !value.is_empty() {
                value.push(',');
            }
            value.push_str(item.trim().trim_matches(['"', '\'']));
        } else if let Some((key, value)) = line.split_once(':') {
            let value = value.trim().trim_matches(['"', '\'']);
            out.push((key.trim().to_lowercase(), value.to_owned()));
        }
    }
    (out, body)
}

fn list(text: &str) -> Vec<String> {
    let inner = text.trim().trim_start_matches('[').trim_end_matches(']');
    inner
        .split(',')
        .map(|it| it.trim().trim_matches(['"', '\'']).to_owned())
        .filter(|it| !it.is_empty())
        .collect()
}

/// A day or a moment, in the forms people write.
pub(super) fn moment(text: &str) -> Option<Millis> {
    let text = text.trim();
    if let Ok(at) = Millis::parse_rfc3339(text) {
        return Some(at);
    }
    let local: jiff::civil::DateTime = text.parse().ok()?;
    let zoned = local.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
    Some(Millis::from(zoned.timestamp()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn front_matter_names_the_page_and_a_page_without_it_is_named_by_its_heading() {
        let text = "---\ntitle: \"Price list\"\ntags: [sales, 'prices']\nauthor: Ada <ada@x.org>\nabout: records/customers.csv#1\ndate: 2026-03-12\n---\n\n# Other\ntext";
        let (at, page) = map("wiki/sales/prices.md", text);
        assert_eq!(page.title, "Price list");
        assert_eq!(page.tags, ["sales", "prices"]);
        assert_eq!(page.path, ["wiki", "sales"]);
        assert_eq!(page.about.unwrap().handle.as_str(), "customers.csv#1");
        assert_eq!(at.unwrap().rfc3339(), "2026-03-12T00:00:00Z");
        assert_eq!(map("a.md", "# Hello\n").1.title, "Hello");
        assert_eq!(map("b/plan.md", "text").1.title, "plan");
        assert_eq!(map("b/plan.md", "---\nunclosed").1.text, "---\nunclosed");
    }
}
