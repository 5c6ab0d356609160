//! Mail from people who mean harm, shown in the real web view: no script of theirs runs, no door
//! of ours opens to them, and nothing is fetched.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rapport_testkit::desktop::Window;
use rapport_testkit::servers::HarnessError;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::stage::Stage;

/// What a payload does if it can: it marks the window, asks the core, and tells the listener.
fn deed(port: u16) -> String {
    format!(
        "try{{parent.__ran=1;top.__ran=1;window.__ran=1}}catch(e){{}};try{{parent.__TAURI_INTERNALS__.invoke('call',{{name:'setting_set',request:{{key:'hostile',value:1}}}})}}catch(e){{}};try{{fetch('http://127.0.0.1:{port}/ran')}}catch(e){{}}"
    )
}

/// Our own devising, by way of entry. `{J}` is the deed, `{U}` an address of the listener.
const PAYLOADS: &[(&str, &str)] = &[
    // Scripts, plainly and in disguise.
    ("script", "<script>{J}</script>"),
    ("script by source", "<script src='{U}/s.js'></script>"),
    ("script in capitals", "<SCRIPT>{J}</SCRIPT>"),
    (
        "script as module",
        "<script type=module>import '{U}/m.js';{J}</script>",
    ),
    ("script broken by a slash", "<script/x>{J}</script/x>"),
    (
        "script inside script",
        "<scr<script></script>ipt>{J}</script>",
    ),
    ("script unclosed", "<script>{J}"),
    (
        "script in a template",
        "<template><script>{J}</script></template>",
    ),
    (
        "script in noscript",
        "<noscript><p title='</noscript><script>{J}</script>'>x</p></noscript>",
    ),
    ("script behind a comment", "<!--><script>{J}</script>-->"),
    ("script after a NUL", "<scr\u{0}ipt>{J}</script>"),
    (
        "script in a textarea",
        "<textarea></textarea><script>{J}</script>",
    ),
    (
        "script in a title",
        "<title><a id='</title><script>{J}</script>'></title>",
    ),
    (
        "script in a style",
        "<style><!--</style><script>{J}</script>--></style>",
    ),
    // Handlers.
    ("onerror", "<img src=x onerror=\"{J}\">"),
    (
        "onerror without quotes",
        "<img src=x onerror=parent.__ran=1>",
    ),
    ("onload of a body", "<body onload=\"{J}\">x</body>"),
    ("onload of a style", "<style onload=\"{J}\">p{}</style>"),
    (
        "onfocus with autofocus",
        "<input autofocus onfocus=\"{J}\">",
    ),
    (
        "onfocus of anything",
        "<p tabindex=0 autofocus onfocus=\"{J}\">x</p>",
    ),
    (
        "ontoggle",
        "<details open ontoggle=\"{J}\"><summary>x</summary>y</details>",
    ),
    (
        "onstart of a marquee",
        "<marquee onstart=\"{J}\">x</marquee>",
    ),
    (
        "onanimationstart",
        "<style>@keyframes a{}</style><p style='animation:a 1s' onanimationstart=\"{J}\">x</p>",
    ),
    (
        "onscrollend",
        "<div style='overflow:auto;height:9px' onscroll=\"{J}\"><br id=x autofocus><br></div>",
    ),
    (
        "onbegin",
        "<svg><animate onbegin=\"{J}\" attributeName=x dur=1s></svg>",
    ),
    (
        "onpointerrawupdate",
        "<p onpointerover=\"{J}\" onpointerrawupdate=\"{J}\">x</p>",
    ),
    (
        "oncontentvisibility",
        "<p style='content-visibility:auto' oncontentvisibilityautostatechange=\"{J}\">x</p>",
    ),
    (
        "handler with a line break",
        "<img src=x on\nerror=\"{J}\" onerror\n=\"{J}\">",
    ),
    ("handler behind a slash", "<img/src=x/onerror=\"{J}\">"),
    // SVG and MathML.
    ("svg onload", "<svg onload=\"{J}\"></svg>"),
    ("svg script", "<svg><script>{J}</script></svg>"),
    (
        "svg script by href",
        "<svg><script href='{U}/s.js'></script></svg>",
    ),
    ("svg use", "<svg><use href='{U}/u.svg#x'></use></svg>"),
    (
        "svg image",
        "<svg><image href='{U}/i.png' width=9 height=9></image></svg>",
    ),
    (
        "svg foreign object",
        "<svg><foreignObject><iframe srcdoc='<script>{J}</script>'></iframe></foreignObject></svg>",
    ),
    (
        "svg set",
        "<svg><a><set attributeName=href to='javascript:{J}'></set><text>x</text></a></svg>",
    ),
    (
        "svg as data",
        "<img src=\"data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' onload='{J}'/>\">",
    ),
    (
        "svg style confusion",
        "<svg><style><img src=x onerror=\"{J}\"></style></svg>",
    ),
    (
        "math confusion",
        "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror='{J}'&gt;\"></table></mtext></math>",
    ),
    ("math href", "<math href='javascript:{J}'><mi>x</mi></math>"),
    // Addresses that are programs.
    ("javascript link", "<a href='javascript:{J}' class=go>x</a>"),
    (
        "javascript with a tab",
        "<a href='java\tscript:{J}' class=go>x</a>",
    ),
    (
        "javascript with a line break",
        "<a href='java\nscript:{J}' class=go>x</a>",
    ),
    (
        "javascript behind controls",
        "<a href='\u{1}javascript:{J}' class=go>x</a>",
    ),
    (
        "javascript by entities",
        "<a href='&#106;&#97;vascript&colon;{J}' class=go>x</a>",
    ),
    (
        "javascript in odd capitals",
        "<a href=' JaVaScRiPt :{J}' class=go>x</a>",
    ),
    ("vbscript", "<a href='vbscript:msgbox' class=go>x</a>"),
    (
        "data page",
        "<a href=\"data:text/html,<script>{J}</script>\" class=go>x</a>",
    ),
    ("blob address", "<a href='blob:{U}/x' class=go>x</a>"),
    (
        "link to a door",
        "<a href='ipc://localhost/call' class=go target=_top>x</a>",
    ),
    (
        "map area",
        "<map name=m><area href='javascript:{J}' shape=default></map><img usemap=#m src=x>",
    ),
    // Frames and objects.
    ("iframe by address", "<iframe src='{U}/f'></iframe>"),
    (
        "iframe of javascript",
        "<iframe src='javascript:{J}'></iframe>",
    ),
    (
        "iframe with its own document",
        "<iframe srcdoc='<script>{J}</script>'></iframe>",
    ),
    ("object", "<object data='{U}/o' type='text/html'></object>"),
    ("embed", "<embed src='{U}/e.svg'>"),
    (
        "portal and fenced frame",
        "<portal src='{U}/p'></portal><fencedframe src='{U}/ff'></fencedframe>",
    ),
    (
        "frameset",
        "<frameset onload=\"{J}\"><frame src='{U}/fs'></frameset>",
    ),
    // Leaving, or letting data leave.
    (
        "meta refresh",
        "<meta http-equiv=refresh content='0;url={U}/r'>",
    ),
    (
        "meta policy",
        "<meta http-equiv=Content-Security-Policy content='script-src *'><script>{J}</script>",
    ),
    (
        "base",
        "<base href='{U}/'><img src='b.png'><a href=b class=go>x</a>",
    ),
    (
        "form that sends itself",
        "<form action='{U}/form'><input name=a value=b autofocus><button class=go formaction='{U}/fa'>x</button></form>",
    ),
    (
        "form by image",
        "<form action='{U}/form'><input type=image src='{U}/b.png' class=go></form>",
    ),
    ("ping", "<a href='#x' ping='{U}/ping' class=go>x</a>"),
    (
        "link to a style sheet",
        "<link rel=stylesheet href='{U}/s.css'>",
    ),
    (
        "link to prefetch",
        "<link rel=prefetch href='{U}/p'><link rel=preconnect href='{U}'><link rel=dns-prefetch href='{U}'>",
    ),
    ("manifest", "<html manifest='{U}/m'>x"),
    ("imported style", "<style>@import '{U}/i.css';</style>"),
    (
        "style with an address",
        "<p style=\"background:url({U}/bg)\">x</p>",
    ),
    (
        "style with an escaped address",
        "<p style=\"background:\\75rl({U}/esc)\">x</p>",
    ),
    (
        "image set",
        "<p style=\"background-image:image-set('{U}/is' 1x)\">x</p>",
    ),
    (
        "cursor and list",
        "<ul style=\"cursor:url({U}/c),auto;list-style:url({U}/l)\"><li>x</ul>",
    ),
    (
        "content and border",
        "<style>p::after{content:url({U}/ct);border-image:url({U}/bi) 1}</style><p>x</p>",
    ),
    (
        "font",
        "<style>@font-face{font-family:x;src:url({U}/f.woff)}p{font-family:x}</style><p>x</p>",
    ),
    (
        "attribute leak",
        "<style>input[value^=a]{background:url({U}/a)}</style><input value=abc>",
    ),
    (
        "remote picture",
        "<img src='{U}/pixel.png' width=1 height=1>",
    ),
    (
        "picture by srcset",
        "<img srcset='{U}/a.png 1x, {U}/b.png 2x'>",
    ),
    (
        "picture element",
        "<picture><source srcset='{U}/w.webp'><img src=x></picture>",
    ),
    ("lazy picture", "<img loading=lazy src='{U}/lazy.png'>"),
    (
        "background attribute",
        "<table background='{U}/bg.png'><td background='{U}/td.png'>x</table>",
    ),
    (
        "video",
        "<video src='{U}/v.mp4' poster='{U}/p.png' autoplay><track src='{U}/t.vtt' default></video>",
    ),
    (
        "audio",
        "<audio src='{U}/a.mp3' autoplay preload=auto></audio>",
    ),
    // Standing over our own window.
    (
        "fixed over everything",
        "<div style='position:fixed;inset:0;z-index:99999;background:#fff'>Sign in again</div>",
    ),
    (
        "named like ours",
        "<img name=__TAURI_INTERNALS__><form id=body><input name=parentNode></form>",
    ),
];

/// Counts whoever comes.
async fn listener() -> (u16, Arc<AtomicUsize>) {
    let socket = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = socket.local_addr().expect("an address").port();
    let visits = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&visits);
    #[expect(
        clippy::disallowed_methods,
        reason = "ends with the test's own runtime"
    )]
    tokio::spawn(async move {
        while socket.accept().await.is_ok() {
            count.fetch_add(1, Ordering::SeqCst);
        }
    });
    (port, visits)
}

#[expect(
    clippy::print_stderr,
    reason = "what was asked twice is told, and there is no log of a test"
)]
fn tell(lost: &HarnessError) {
    eprintln!("once more: {lost}");
}

fn mail(at: usize, name: &str, html: &str) -> String {
    let (re, thread) = if at == 0 {
        ("", "")
    } else {
        (
            "Re: ",
            "In-Reply-To: <h0@evil.example>\r\nReferences: <h0@evil.example>\r\n",
        )
    };
    let (hour, minute) = (8 + at / 60, at % 60);
    format!(
        "From: Mallory <mallory@evil.example>\r\nTo: Ines <ines@velmora.example>\r\n\
         Subject: {re}Offer\r\nDate: Mon, 9 Mar 2026 {hour:02}:{minute:02}:00 +0000\r\n\
         Message-ID: <h{at}@evil.example>\r\n{thread}\
         MIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n\r\n\
         <p>payload {at}: {name}</p>{html}<p>end of {at}</p>\r\n"
    )
}

/// A window with a witness inside the page: it is loud if any code of a mail ran.
async fn watched(stage: &Stage) -> Window {
    let window = stage.open().await;
    window.see("nav.side").await.unwrap();
    window
        .ask("window.__ran = undefined; return true", Vec::new())
        .await
        .unwrap();
    window
}

/// Goes to a mail and waits until its frame is there.
async fn drawn(window: &Window, place: &str, what: &str, there: &str) -> Result<(), HarnessError> {
    let go = "location.hash = arguments[0]; return true";
    window.ask(go, vec![json!(place)]).await?;
    window.until(what, there).await
}

#[tokio::test]
async fn no_mail_runs_a_script_reaches_a_door_or_fetches_anything() {
    assert!(PAYLOADS.len() >= 60, "{} payloads", PAYLOADS.len());
    let (port, visits) = listener().await;
    let stage = Stage::prepared().await;
    let folder = stage.desktop.folder().join("mail");
    std::fs::create_dir(&folder).expect("a folder");
    for (at, (name, html)) in PAYLOADS.iter().enumerate() {
        let html = html
            .replace("{J}", &deed(port))
            .replace("{U}", &format!("http://127.0.0.1:{port}"));
        std::fs::write(folder.join(format!("{at:03}.eml")), mail(at, name, &html)).expect("a mail");
    }
    let set = format!("folder={}", folder.display());
    stage.rapport(&["account", "add", "files", "--label", "Mail", "--set", &set]);
    stage.rapport(&["sync"]);
    let rows = stage.json(&["conversations", "list"]);
    let conversation = rows[0]["id"].as_str().expect("the thread").to_owned();
    let limit = PAYLOADS.len().to_string();
    let shown = stage.json(&["conversations", "show", &conversation, "--limit", &limit]);
    // Each with its first words, which name the payload.
    let messages: Vec<(String, String)> = shown["messages"]
        .as_array()
        .expect("messages")
        .iter()
        .map(|one| {
            let word = |field: &str| one[field].as_str().unwrap_or_default().to_owned();
            (word("id"), word("text").chars().take(60).collect())
        })
        .collect();
    assert_eq!(messages.len(), PAYLOADS.len());

    let mut window = watched(&stage).await;
    for (message, what) in messages.iter().rev() {
        let place = format!("#/inbox/{conversation}?message={message}");
        let there = format!(
            "const frame = document.querySelector('[data-message=\"{message}\"] iframe'); const inner = frame?.contentDocument; return inner?.readyState === 'complete' && inner.body !== null && inner.body.innerText.includes('payload')"
        );
        let what = format!("mail {message}: {what}");
        if let Err(lost) = drawn(&window, &place, &what, &there).await {
            // On a busy machine the driver loses its window now and then. A mail that takes a
            // window with it does so twice.
            tell(&lost);
            window.kill().await.unwrap();
            window = watched(&stage).await;
            drawn(&window, &place, &what, &there)
                .await
                .expect("it is shown");
        }
        // Whatever looks like a link or button is clicked too.
        window
            .ask(
                "const inner = document.querySelector(`[data-message=\"${arguments[0]}\"] iframe`).contentDocument; for (const one of inner.querySelectorAll('a, button, input, area, summary, [tabindex]')) one.click(); return true",
                vec![json!(message)],
            )
            .await
            .unwrap();
        let state = window
            .ask(
                "return { ran: window.__ran ?? null, top: location.protocol + location.pathname, sandbox: [...document.querySelectorAll('iframe')].every((one) => one.hasAttribute('sandbox') && !one.sandbox.contains('allow-scripts')) }",
                Vec::new(),
            )
            .await
            .expect("the window still answers");
        assert_eq!(state["ran"], Value::Null, "{what} ran a script");
        assert_eq!(state["sandbox"], json!(true));
        window
            .ask(
                "document.querySelector('[role=dialog] button')?.click(); return true",
                Vec::new(),
            )
            .await
            .unwrap();
    }
    window
        .see("nav.side")
        .await
        .expect("our own window still stands");
    window.close().await.unwrap();
    let asked = stage.json(&["call", "setting", "{\"key\":\"hostile\"}"]);
    assert_eq!(asked["value"], Value::Null, "a door opened to a mail");
    assert_eq!(visits.load(Ordering::SeqCst), 0, "something was fetched");
}

#[tokio::test]
async fn the_witnesses_would_notice() {
    // The same deed, done by the page itself, is seen by both witnesses: the test can fail.
    let (port, visits) = listener().await;
    let client = tokio::net::TcpStream::connect(("127.0.0.1", port)).await;
    assert!(client.is_ok());
    rapport_testkit::servers::eventually(
        "the visit",
        std::time::Duration::from_secs(10),
        async || Ok((visits.load(Ordering::SeqCst) == 1).then_some(())),
    )
    .await
    .unwrap();
    let stage = Stage::prepared().await;
    let window = stage.open().await;
    window.see(".onb").await.unwrap();
    window
        .ask(
            "window.__ran = 1; await window.__TAURI_INTERNALS__.invoke('call', { name: 'setting_set', request: { key: 'hostile', value: 1 } }); return true",
            Vec::new(),
        )
        .await
        .expect("the page itself has the door");
    let ran = window.ask("return window.__ran", Vec::new()).await.unwrap();
    assert_eq!(ran, json!(1));
    window.close().await.unwrap();
    let asked = stage.json(&["call", "setting", "{\"key\":\"hostile\"}"]);
    assert_eq!(asked["value"], json!(1));
}
