//! What a source never takes is refused when Ada asks for it, not after it has waited.

use rapport_engine::Refusal;

use super::*;

#[tokio::test(start_paused = true)]
async fn what_a_source_never_takes_is_refused_at_the_call() {
    let (hub, deal) = ada_with_a_deal().await;
    hub.hub().set_undo_window(10_000).unwrap();
    let id = hub.id(DEALS, &deal);
    let refused = hub.hub().delete(id).unwrap_err();
    assert!(
        matches!(
            &refused,
            HubError::Refused(Refusal::NotTaken { does: "delete", .. })
        ),
        "{refused:?}"
    );
    assert_eq!(
        refused.to_string(),
        "Fake takes no deleted records from here. It takes: messages (new, changed, withdrawn), \
         reactions, read marks, tasks (new, changed, deleted), records (changed), buttons of \
         records. Nothing was changed."
    );
    let unknown = hub.hub().act(id, "convert").unwrap_err();
    assert_eq!(
        unknown.to_string(),
        "Fake does not take \"convert\" here. It takes: won, lost. Nothing was changed."
    );
    assert_eq!(hub.hub().outbox().unwrap(), vec![]);
    hub.hub().act(id, "won").unwrap();
    assert_eq!(hub.hub().outbox().unwrap().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn what_only_the_source_knows_is_left_to_it() {
    let (hub, deal) = ada_with_a_deal().await;
    hub.server()
        .plan(Verb::Push, Trouble::Rejected("the period is closed".into()));
    let command = set(&hub, &deal, "title", "Fifty pumps");
    hub.sync().await.unwrap();
    assert_eq!(hub.hub().entry(&command).unwrap().state, State::Parked);
}
