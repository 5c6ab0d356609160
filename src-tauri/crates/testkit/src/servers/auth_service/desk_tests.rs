use serde_json::json;

use super::*;

fn form(pairs: &[(&str, &str)]) -> Form {
    let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    pairs.iter().map(own).collect()
}

fn client(page: &str) -> Value {
    json!({
        "client_uri": "https://client.example/",
        "application_type": "native",
        "token_endpoint_auth_method": "none",
        "redirect_uris": [page],
    })
}

#[test]
fn a_browser_is_only_sent_to_a_page_of_its_own_computer() {
    let mut desk = Desk::default();
    assert!(desk.register(&client("http://127.0.0.1/word")).is_ok());
    for page in [
        "client://sign-in",
        "http://127.0.0.1:4000/word",
        "http://client.example/word",
        "https://127.0.0.1/word",
    ] {
        assert_eq!(
            desk.register(&client(page)),
            Err("invalid_redirect_uri"),
            "{page}"
        );
    }
}

#[test]
fn a_code_is_good_once_and_with_its_proof() {
    let mut desk = Desk {
        user: Some("bert".to_owned()),
        ..Desk::default()
    };
    let id = desk.register(&client("http://127.0.0.1/word")).unwrap();
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(b"proof"));
    let page = "http://127.0.0.1:4000/word";
    let mut code = || {
        let asked = form(&[
            ("client_id", &id),
            ("redirect_uri", page),
            ("response_type", "code"),
            ("state", "s"),
            (
                "scope",
                "urn:matrix:client:api:* urn:matrix:client:device:D",
            ),
            ("code_challenge_method", "S256"),
            ("code_challenge", &challenge),
        ]);
        let back = desk.authorize(&asked).unwrap();
        let mut pairs = back.query_pairs();
        pairs
            .find(|(name, _)| name == "code")
            .unwrap()
            .1
            .into_owned()
    };
    let (first, second) = (code(), code());
    let exchange = |code: &str, proof: &str| {
        form(&[
            ("grant_type", "authorization_code"),
            ("client_id", &id),
            ("redirect_uri", page),
            ("code", code),
            ("code_verifier", proof),
        ])
    };
    assert!(desk.exchange(&exchange(&first, "guess")).is_err());
    assert!(
        desk.exchange(&exchange(&first, "proof")).is_err(),
        "it is used"
    );
    let session = desk.exchange(&exchange(&second, "proof")).unwrap();
    assert_eq!(
        (session.user.as_str(), session.device.as_str()),
        ("bert", "D")
    );
    let (token, old) = (session.access.clone(), session.refresh.clone());
    assert!(desk.holder(&token).is_some());
    let renew = form(&[
        ("grant_type", "refresh_token"),
        ("client_id", &id),
        ("refresh_token", &old),
    ]);
    assert!(desk.exchange(&renew).is_ok());
    assert!(desk.holder(&token).is_none(), "the new one counts");
    assert!(desk.exchange(&renew).is_err(), "it is renewed once");
}
