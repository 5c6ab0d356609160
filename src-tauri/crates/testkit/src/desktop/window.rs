//! The real window, driven by WebDriver as a person would drive it.

use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use serde_json::{Value, json};
use thirtyfour::prelude::*;

use super::child::{Owned, output};
use super::opening::{child_of, last_words, state_of};
use crate::servers::{HarnessError, eventually};

pub use thirtyfour::Key;

/// How long a screen may take on a busy machine.
pub(super) const PATIENCE: Duration = Duration::from_secs(240);
/// How long one question to the page may take: the driver loses a question that meets a page on
/// its way out, and would wait for the answer for ever.
const ANSWER: Duration = Duration::from_secs(20);

/// Answers once the page has stood still for a moment, so that a picture shows what a person would
/// see and not a screen that is still being filled; and at last in any case. The two frames draw
/// what was made last.
const AT_REST: &str = "
    await new Promise((done) => {
        const still = () => setTimeout(done, 400);
        let timer = still();
        const moved = () => { clearTimeout(timer); timer = still(); };
        new MutationObserver(moved).observe(document, {
            subtree: true, childList: true, attributes: true, characterData: true,
        });
        setTimeout(done, 5000);
    });
    await new Promise((done) => {
        requestAnimationFrame(() => requestAnimationFrame(done));
        setTimeout(done, 2000);
    });
    return true";

/// Tells one press from the next.
static PRESSES: AtomicU64 = AtomicU64::new(1);

/// One open window of the app.
#[derive(Debug)]
pub struct Window {
    driver: WebDriver,
    server: Owned,
    log: PathBuf,
    display: String,
    shots: Option<PathBuf>,
    /// Why the last question to the page stayed without an answer, if it did.
    unanswered: Mutex<Option<String>>,
}

pub(super) fn wire(doing: &str) -> impl FnOnce(WebDriverError) -> HarnessError + '_ {
    move |error| HarnessError::NoAnswer {
        request: doing.to_owned(),
        why: error.to_string(),
    }
}

impl Window {
    pub(super) const fn of(
        driver: WebDriver,
        server: Owned,
        log: PathBuf,
        display: String,
    ) -> Self {
        Self {
            driver,
            server,
            log,
            display,
            shots: None,
            unanswered: Mutex::new(None),
        }
    }

    /// Pictures go there.
    #[must_use]
    pub fn with_shots(mut self, folder: PathBuf) -> Self {
        self.shots = Some(folder);
        self
    }

    /// Waits until an element that this selector names is there, and gives it.
    ///
    /// # Errors
    /// When it does not come.
    pub async fn see(&self, css: &str) -> Result<WebElement, HarnessError> {
        let found = eventually(css, PATIENCE, async || {
            Ok(self.driver.find(By::Css(css)).await.ok())
        })
        .await;
        self.or_picture(found, css).await
    }

    /// Waits until some element's text contains this.
    ///
    /// # Errors
    /// When it does not come.
    pub async fn read(&self, css: &str, text: &str) -> Result<(), HarnessError> {
        let what = format!("“{text}” in {css}");
        let script = "return [...document.querySelectorAll(arguments[0])].some((one) => one.innerText.includes(arguments[1]))";
        let found = eventually(&what, PATIENCE, async || {
            let there = self.ask(script, vec![json!(css), json!(text)]).await;
            Ok(matches!(there, Ok(Value::Bool(true))).then_some(()))
        })
        .await;
        self.or_picture(found, &what).await
    }

    /// Waits until no element that this selector names is left.
    ///
    /// # Errors
    /// When it stays.
    pub async fn gone(&self, css: &str) -> Result<(), HarnessError> {
        let found = eventually(css, PATIENCE, async || {
            let all = self.driver.find_all(By::Css(css)).await;
            Ok(all.is_ok_and(|all| all.is_empty()).then_some(()))
        })
        .await;
        self.or_picture(found, &format!("no {css}")).await
    }

    /// Waits until a script answers true.
    ///
    /// # Errors
    /// When it never does.
    pub async fn until(&self, what: &str, script: &str) -> Result<(), HarnessError> {
        let found = eventually(what, PATIENCE, async || {
            let answer = self.ask(script, Vec::new()).await;
            Ok(matches!(answer, Ok(Value::Bool(true))).then_some(()))
        })
        .await;
        self.or_picture(found, what).await
    }

    /// Runs a script in the page and gives what it returns.
    ///
    /// # Errors
    /// When the page does not answer.
    pub async fn ask(&self, script: &str, arguments: Vec<Value>) -> Result<Value, HarnessError> {
        let asked = self.driver.execute(script, arguments);
        let answer = match tokio::time::timeout(ANSWER, asked).await {
            Ok(answer) => answer
                .map(|answer| answer.json().clone())
                .map_err(wire("ask the page")),
            Err(_) => Err(HarnessError::NoAnswer {
                request: "ask the page".to_owned(),
                why: format!("no word for {} s", ANSWER.as_secs()),
            }),
        };
        if let Ok(mut last) = self.unanswered.lock() {
            *last = answer.as_ref().err().map(ToString::to_string);
        }
        answer
    }

    /// Clicks what this selector names.
    ///
    /// # Errors
    /// When it does not come or cannot be clicked.
    pub async fn click(&self, css: &str) -> Result<(), HarnessError> {
        let element = self.see(css).await?;
        let clicked = eventually(css, PATIENCE, async || {
            Ok(element.click().await.is_ok().then_some(()))
        })
        .await;
        self.or_picture(clicked, &format!("a click on {css}")).await
    }

    /// Clicks the button or link with this text.
    ///
    /// # Errors
    /// When it does not come or cannot be clicked.
    pub async fn press(&self, text: &str) -> Result<(), HarnessError> {
        let what = format!("a button “{text}”");
        // An answer can be lost after the press was made. The mark tells the next question so: the
        // button itself may have led away by then.
        let mark = PRESSES.fetch_add(1, Ordering::Relaxed);
        let script = "if (window.pressed === arguments[1]) return true; \
            const one = [...document.querySelectorAll('button, a, [role=menuitem], [role=option]')] \
                .find((each) => each.offsetParent !== null && !each.disabled \
                    && (each.innerText.trim().split('\\n')[0].trim() === arguments[0] \
                        || each.getAttribute('aria-label') === arguments[0])); \
            if (!one) return false; \
            window.pressed = arguments[1]; \
            one.click(); \
            return true";
        let pressed = eventually(&what, PATIENCE, async || {
            let there = self.ask(script, vec![json!(text), json!(mark)]).await;
            Ok(matches!(there, Ok(Value::Bool(true))).then_some(()))
        })
        .await;
        self.or_picture(pressed, &what).await
    }

    /// Types into what has the focus.
    ///
    /// # Errors
    /// When the window does not answer.
    pub async fn keys(&self, keys: impl Into<TypingData>) -> Result<(), HarnessError> {
        self.driver
            .action_chain()
            .send_keys(keys)
            .perform()
            .await
            .map_err(wire("press keys"))
    }

    /// Presses one key while another is held.
    ///
    /// # Errors
    /// When the window does not answer.
    pub async fn chord(&self, held: Key, key: char) -> Result<(), HarnessError> {
        self.driver
            .action_chain()
            .key_down(held.clone())
            .send_keys(key.to_string())
            .key_up(held)
            .perform()
            .await
            .map_err(wire("press keys"))
    }

    /// Puts text into a field as somebody would: what was there goes first.
    ///
    /// # Errors
    /// When the field does not come.
    pub async fn fill(&self, css: &str, text: &str) -> Result<(), HarnessError> {
        let field = self.see(css).await?;
        field.click().await.map_err(wire("go to a field"))?;
        // `clear` sends no input event in this web view.
        self.chord(Key::Control, 'a').await?;
        self.keys(Key::Backspace + text).await
    }

    /// The web driver itself.
    #[must_use]
    pub const fn driver(&self) -> &WebDriver {
        &self.driver
    }

    /// The app's process: the driver's one child.
    ///
    /// # Errors
    /// When it has none any more.
    pub fn process(&self) -> Result<u32, HarnessError> {
        child_of(self.server.id())
    }

    /// The app does nothing any more, as one that hangs.
    ///
    /// # Errors
    /// When there is no such process.
    pub fn hang(&self) -> Result<(), HarnessError> {
        let id = self.process()?;
        output("kill", &["-STOP", &id.to_string()], &[]).map(drop)
    }

    /// Ends the app as a crash would.
    ///
    /// # Errors
    /// When there is no such process, or it does not end.
    pub async fn kill(self) -> Result<(), HarnessError> {
        let id = self.process()?;
        output("kill", &["-9", &id.to_string()], &[])?;
        let ended = over(id).await;
        self.forget();
        ended
    }

    /// Ends the app in good order and waits until its process is gone: closing the window alone
    /// would leave it in the tray, and the next start would only wake it.
    ///
    /// # Errors
    /// When it does not end.
    pub async fn close(self) -> Result<(), HarnessError> {
        let id = self.process()?;
        // The page goes away under the question, so no answer is a good answer.
        let _gone = self
            .ask(
                "window.__TAURI_INTERNALS__.invoke('shell', { action: { do: 'quit' } }); return true",
                Vec::new(),
            )
            .await;
        let ended = over(id).await;
        self.forget();
        ended
    }

    /// Waits until the app, which had this process, has ended by itself.
    ///
    /// # Errors
    /// When it does not end.
    pub async fn ends(self, process: u32) -> Result<(), HarnessError> {
        let ended = over(process).await;
        self.forget();
        ended
    }

    /// There is no session to end any more; asking for that would only wait.
    fn forget(self) {
        drop(self.driver.leak());
    }

    /// Writes a picture; answers where.
    ///
    /// # Errors
    /// When the window gives none or the disk takes none.
    pub async fn picture(&self, name: &str) -> Result<PathBuf, HarnessError> {
        let folder = self.shots.clone().unwrap_or_else(std::env::temp_dir);
        std::fs::create_dir_all(&folder).map_err(HarnessError::io("make a folder for pictures"))?;
        let file = folder.join(format!("{name}.png"));
        // A page that never comes to rest is taken as it is.
        let _rested = self.ask(AT_REST, Vec::new()).await;
        // What the display shows is what a person sees, and asking it stops nobody: the web driver's
        // own picture waits for a frame that a page at rest may never draw.
        let place = "return `${outerWidth}x${outerHeight}+${screenX}+${screenY}`";
        let place = self.ask(place, Vec::new()).await.unwrap_or_default();
        let path = file.display().to_string();
        let mut words = vec!["-display", &self.display, "-window", "root"];
        if let Some(place) = place.as_str() {
            words.extend(["-crop", place]);
        }
        words.extend(["+repage", &path]);
        output("import", &words, &[])?;
        Ok(file)
    }

    /// On failure a picture says more than a selector.
    async fn or_picture<T>(
        &self,
        found: Result<T, HarnessError>,
        what: &str,
    ) -> Result<T, HarnessError> {
        let Err(HarnessError::TooLate { seconds, .. }) = found else {
            return found;
        };
        let name: String = what
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
            .take(60)
            .collect();
        let unanswered = self.unanswered.lock().ok().and_then(|last| last.clone());
        let tail = match self.picture(&format!("missing-{name}")).await {
            Ok(file) => format!(
                "A picture: {}. {}",
                file.display(),
                unanswered.unwrap_or_default()
            ),
            Err(error) => {
                let state = self
                    .process()
                    .map_or_else(|error| error.to_string(), state_of);
                let words = last_words(&self.log);
                format!("No picture: {error}. {state} Last words: {words}")
            }
        };
        Err(HarnessError::TooLate {
            what: what.to_owned(),
            seconds,
            tail,
        })
    }
}

/// Waits until a process has ended.
async fn over(id: u32) -> Result<(), HarnessError> {
    eventually("the app's end", PATIENCE, async || {
        // A child that ended and was not waited for is a zombie, and has ended.
        let state = output("ps", &["-o", "stat=", "-p", &id.to_string()], &[]);
        Ok(state
            .map_or(true, |state| state.trim().starts_with('Z'))
            .then_some(()))
    })
    .await
}
