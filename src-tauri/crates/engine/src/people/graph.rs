//! Who is who, as a pure view over handles and the ties between them.
//!
//! Invariants: the view depends only on the set of vertices and ties, not on the
//! order in which they came; a kept-apart pair is never in one component, not
//! even by a detour; what the user said counts before what was found.

use std::collections::{BTreeMap, BTreeSet};

/// What a vertex stands for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Face {
    /// A contact or company as one source knows it, with its compared name.
    Source(String),
    /// An address (mail, phone, domain, tax id) that sources hold.
    /// `true` when it belongs to a role and so joins nobody.
    Address(bool),
}

/// One handle.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Vertex {
    /// Its id; the smallest of a component names the component.
    pub id: i64,
    /// What it stands for.
    pub face: Face,
}

/// What a tie says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Bond {
    /// The user said: the same.
    Joined,
    /// The user said: not the same.
    Apart,
    /// Found: this source holds this address.
    Holds,
}

/// A tie between two vertices.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tie {
    /// One end.
    pub a: i64,
    /// The other.
    pub b: i64,
    /// What it says.
    pub bond: Bond,
}

/// More differently named holders than this, and an address is a shared one.
pub const MOST_NAMES: usize = 2;

/// The components: sets of vertices that are one person or one organisation,
/// each sorted, in the order of their smallest id.
#[must_use]
pub fn view(vertices: &[Vertex], ties: &[Tie]) -> Vec<Vec<i64>> {
    let faces: BTreeMap<i64, &Face> = vertices.iter().map(|it| (it.id, &it.face)).collect();
    let ties: BTreeSet<(Bond, i64, i64)> = ties
        .iter()
        .filter(|it| it.a != it.b && faces.contains_key(&it.a) && faces.contains_key(&it.b))
        .map(|it| (it.bond, it.a.min(it.b), it.a.max(it.b)))
        .collect();
    let shared = shared(&faces, &ties);

    let mut groups = Groups::new(faces.keys().copied());
    for (bond, a, b) in &ties {
        if *bond == Bond::Apart {
            groups.keep_apart(*a, *b);
        }
    }
    // `Joined` sorts before `Holds`: the user's word counts first.
    for (bond, a, b) in &ties {
        let joins = match bond {
            Bond::Joined => true,
            Bond::Holds => !shared.contains(a) && !shared.contains(b),
            Bond::Apart => false,
        };
        if joins {
            groups.join(*a, *b);
        }
    }
    groups
        .members
        .into_values()
        .map(|it| it.into_iter().collect())
        .collect()
}

/// Addresses that join nobody: of a role, or held under too many names.
fn shared(faces: &BTreeMap<i64, &Face>, ties: &BTreeSet<(Bond, i64, i64)>) -> BTreeSet<i64> {
    let mut names: BTreeMap<i64, BTreeSet<&str>> = BTreeMap::new();
    for (_, a, b) in ties.iter().filter(|it| it.0 == Bond::Holds) {
        for (address, holder) in [(a, b), (b, a)] {
            if let (Some(Face::Address(_)), Some(Face::Source(name))) =
                (faces.get(address), faces.get(holder))
                && !name.is_empty()
            {
                names.entry(*address).or_default().insert(name);
            }
        }
    }
    faces
        .iter()
        .filter(|(id, face)| match face {
            Face::Source(_) => false,
            Face::Address(role) => *role || names.get(id).is_some_and(|it| it.len() > MOST_NAMES),
        })
        .map(|(id, _)| *id)
        .collect()
}

/// Sets of ids that grow together unless they are kept apart.
struct Groups {
    of: BTreeMap<i64, i64>,
    members: BTreeMap<i64, BTreeSet<i64>>,
    apart: BTreeMap<i64, BTreeSet<i64>>,
}

impl Groups {
    fn new(ids: impl Iterator<Item = i64>) -> Self {
        let of: BTreeMap<i64, i64> = ids.map(|id| (id, id)).collect();
        let members = of.keys().map(|id| (*id, BTreeSet::from([*id]))).collect();
        Self {
            of,
            members,
            apart: BTreeMap::new(),
        }
    }

    fn keep_apart(&mut self, a: i64, b: i64) {
        self.apart.entry(a).or_default().insert(b);
        self.apart.entry(b).or_default().insert(a);
    }

    fn join(&mut self, a: i64, b: i64) {
        let (Some(&a), Some(&b)) = (self.of.get(&a), self.of.get(&b)) else {
            return;
        };
        let (keep, leave) = (a.min(b), a.max(b));
        if keep == leave || self.apart.get(&keep).is_some_and(|it| it.contains(&leave)) {
            return;
        }
        let moved = self.members.remove(&leave).unwrap_or_default();
        for id in &moved {
            self.of.insert(*id, keep);
        }
        self.members.entry(keep).or_default().extend(moved);
        for other in self.apart.remove(&leave).unwrap_or_default() {
            if let Some(it) = self.apart.get_mut(&other) {
                it.remove(&leave);
            }
            self.keep_apart(keep, other);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn source(id: i64, name: &str) -> Vertex {
        Vertex {
            id,
            face: Face::Source(name.into()),
        }
    }

    fn address(id: i64) -> Vertex {
        Vertex {
            id,
            face: Face::Address(false),
        }
    }

    fn tie(a: i64, b: i64, bond: Bond) -> Tie {
        Tie { a, b, bond }
    }

    #[test]
    fn two_sources_with_one_mail_address_are_one_person() {
        let all = [source(1, "ada"), address(2), source(3, "ada lovelace")];
        let ties = [tie(1, 2, Bond::Holds), tie(3, 2, Bond::Holds)];
        assert_eq!(view(&all, &ties), vec![vec![1, 2, 3]]);
    }

    #[test]
    fn an_address_under_three_names_or_of_a_role_joins_nobody() {
        let mut all = vec![
            source(1, "ada"),
            source(2, "bob"),
            source(3, "cy"),
            address(4),
        ];
        let ties: Vec<Tie> = (1..4).map(|id| tie(id, 4, Bond::Holds)).collect();
        assert_eq!(view(&all, &ties).len(), 4);
        all[3].face = Face::Address(true);
        assert_eq!(view(&all, &ties[..1]).len(), 4);
    }

    #[test]
    fn kept_apart_is_never_bridged_by_a_detour() {
        let all = [
            source(1, "a"),
            source(2, "b"),
            address(3),
            address(4),
            source(5, "c"),
        ];
        let ties = [
            tie(1, 3, Bond::Holds),
            tie(5, 3, Bond::Holds),
            tie(5, 4, Bond::Holds),
            tie(2, 4, Bond::Holds),
            tie(1, 2, Bond::Apart),
        ];
        let seen = view(&all, &ties);
        assert!(!seen.iter().any(|it| it.contains(&1) && it.contains(&2)));
        assert_eq!(view(&all, &ties[..4]), vec![vec![1, 2, 3, 4, 5]]);
    }

    #[derive(Clone, Debug)]
    enum Word {
        Link(i64, i64),
        Apart(i64, i64),
    }

    fn some_word() -> impl Strategy<Value = Word> {
        (1..9_i64, 1..9_i64, any::<bool>()).prop_map(|(a, b, link)| {
            if link {
                Word::Link(a, b)
            } else {
                Word::Apart(a, b)
            }
        })
    }

    fn some_ties() -> impl Strategy<Value = Vec<Tie>> {
        let bond = prop_oneof![Just(Bond::Joined), Just(Bond::Apart), Just(Bond::Holds)];
        proptest::collection::vec((1..9_i64, 1..9_i64, bond), 0..14).prop_map(|all| {
            all.into_iter()
                .map(|(a, b, bond)| tie(a, b, bond))
                .collect()
        })
    }

    fn world() -> Vec<Vertex> {
        (1..5)
            .map(|id| source(id, ["ada", "bob", "cy"][usize::try_from(id % 3).unwrap()]))
            .chain((5..9).map(|id| Vertex {
                id,
                face: Face::Address(id == 8),
            }))
            .collect()
    }

    /// The user's ties are a map of pairs, so a word replaces the one before it
    /// and taking it back restores that.
    fn say(ties: &mut BTreeMap<(i64, i64), Bond>, word: &Word) -> Option<Bond> {
        match word {
            Word::Link(a, b) => ties.insert((*a.min(b), *a.max(b)), Bond::Joined),
            Word::Apart(a, b) => ties.insert((*a.min(b), *a.max(b)), Bond::Apart),
        }
    }

    proptest! {
        #[test]
        fn any_sequence_of_links_and_unlinks_taken_back_returns_the_same_view(
            found in some_ties(), words in proptest::collection::vec(some_word(), 0..12)
        ) {
            let found: Vec<Tie> = found.into_iter().filter(|it| it.bond == Bond::Holds).collect();
            let mut said = BTreeMap::new();
            let look = |said: &BTreeMap<(i64, i64), Bond>| {
                let mut all = found.clone();
                all.extend(said.iter().map(|((a, b), bond)| tie(*a, *b, *bond)));
                view(&world(), &all)
            };
            let mut stack = Vec::new();
            for word in &words {
                let before = look(&said);
                let was = say(&mut said, word);
                stack.push((word.clone(), was, before));
            }
            for (word, was, before) in stack.into_iter().rev() {
                let (Word::Link(a, b) | Word::Apart(a, b)) = word;
                let pair = (a.min(b), a.max(b));
                match was { Some(bond) => said.insert(pair, bond), None => said.remove(&pair) };
                prop_assert_eq!(look(&said), before);
            }
        }

        #[test]
        fn the_view_does_not_depend_on_order_and_respects_apart(ties in some_ties()) {
            let seen = view(&world(), &ties);
            let backwards: Vec<Tie> = ties.iter().rev().map(|it| tie(it.b, it.a, it.bond)).collect();
            let mut vertices = world();
            vertices.reverse();
            prop_assert_eq!(&view(&vertices, &backwards), &seen);
            for it in ties.iter().filter(|it| it.bond == Bond::Apart && it.a != it.b) {
                prop_assert!(!seen.iter().any(|set| set.contains(&it.a) && set.contains(&it.b)));
            }
            let all: Vec<i64> = { let mut all: Vec<i64> = seen.iter().flatten().copied().collect(); all.sort_unstable(); all };
            prop_assert_eq!(all, (1..9).collect::<Vec<i64>>());
        }
    }
}
