//! Where an HTTP/1 message ends, and nothing else about it. Pure.

/// How the body of a request is delimited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rest {
    /// This many bytes are still to come.
    Bytes(usize),
    /// Until a zero-length chunk and the empty line after it.
    Chunked,
}

/// Follows a stream of requests and says when one is complete.
#[derive(Debug, Default)]
pub(super) struct Requests {
    /// What of the current request's head, or of its chunked body, has come.
    pending: Vec<u8>,
    first_line: String,
    rest: Option<Rest>,
}

impl Requests {
    /// Takes bytes as they come; gives the first lines of the requests they completed.
    pub(super) fn feed(&mut self, mut bytes: &[u8]) -> Vec<String> {
        let mut complete = Vec::new();
        while !bytes.is_empty() || self.rest == Some(Rest::Bytes(0)) {
            match self.rest {
                None => bytes = self.head(bytes),
                Some(Rest::Bytes(missing)) => {
                    let taken = missing.min(bytes.len());
                    bytes = bytes.get(taken..).unwrap_or_default();
                    self.rest = Some(Rest::Bytes(missing - taken));
                    if missing == taken {
                        complete.push(self.next());
                    }
                }
                Some(Rest::Chunked) => {
                    self.pending.extend_from_slice(bytes);
                    bytes = &[];
                    // Clients here send one request at a time, so a body's end is ours too.
                    if self.pending.ends_with(b"0\r\n\r\n") {
                        complete.push(self.next());
                    }
                }
            }
        }
        complete
    }

    /// The first line of the request that is under way, once its head is complete.
    pub(super) fn under_way(&self) -> Option<&str> {
        self.rest.is_some().then_some(self.first_line.as_str())
    }

    fn next(&mut self) -> String {
        self.rest = None;
        self.pending.clear();
        std::mem::take(&mut self.first_line)
    }

    /// Collects a head; gives what comes after it.
    fn head<'a>(&mut self, bytes: &'a [u8]) -> &'a [u8] {
        let before = self.pending.len();
        self.pending.extend_from_slice(bytes);
        let Some(end) = self.pending.windows(4).position(|four| four == b"\r\n\r\n") else {
            return &[];
        };
        let text = String::from_utf8_lossy(&self.pending).into_owned();
        self.first_line = text.lines().next().unwrap_or_default().to_owned();
        self.rest = Some(delimiter(text.get(..end).unwrap_or(&text)));
        self.pending.clear();
        bytes
            .get((end + 4).saturating_sub(before)..)
            .unwrap_or_default()
    }
}

fn delimiter(head: &str) -> Rest {
    let header = |wanted: &str| {
        head.lines().skip(1).find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.trim()
                .eq_ignore_ascii_case(wanted)
                .then(|| value.trim().to_owned())
        })
    };
    if header("transfer-encoding").is_some_and(|value| value.eq_ignore_ascii_case("chunked")) {
        return Rest::Chunked;
    }
    Rest::Bytes(
        header("content-length")
            .and_then(|value| value.parse().ok())
            .unwrap_or(0),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const POST: &[u8] = b"POST /a HTTP/1.1\r\nHost: x\r\ncontent-length: 5\r\n\r\nhello";

    #[test]
    fn a_request_is_complete_with_its_last_byte_however_it_is_cut() {
        for cut in 0..POST.len() {
            let mut requests = Requests::default();
            let (early, late) = POST.split_at(cut);
            assert!(
                requests.feed(early).is_empty(),
                "complete too early at {cut}"
            );
            assert_eq!(requests.feed(late), ["POST /a HTTP/1.1"], "cut at {cut}");
        }
    }

    #[test]
    fn requests_without_a_body_end_with_their_head() {
        let mut requests = Requests::default();
        let two = b"GET /1 HTTP/1.1\r\n\r\nGET /2 HTTP/1.1\r\n\r\n";
        assert_eq!(requests.feed(two), ["GET /1 HTTP/1.1", "GET /2 HTTP/1.1"]);
        assert_eq!(requests.under_way(), None);
    }

    #[test]
    fn a_chunked_body_ends_with_its_empty_chunk() {
        let mut requests = Requests::default();
        let head = b"PUT /c HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n";
        assert!(requests.feed(head).is_empty());
        assert_eq!(requests.under_way(), Some("PUT /c HTTP/1.1"));
        assert!(requests.feed(b"0\r\n").is_empty());
        assert_eq!(requests.feed(b"\r\n"), ["PUT /c HTTP/1.1"]);
    }
}
