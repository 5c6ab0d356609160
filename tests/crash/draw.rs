//! Which deaths are died: drawn from a seed, spread over scenes and points.

use std::collections::BTreeMap;

use rapport_engine::rng::Rng;

use super::scene::Scene;

/// One death.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Case {
    /// Its number.
    pub(crate) number: usize,
    /// During what.
    pub(crate) scene: Scene,
    /// Where.
    pub(crate) point: String,
    /// At which passing.
    pub(crate) nth: u64,
    /// The restart dies too, at the passing of this many points.
    pub(crate) again: Option<u64>,
}

impl Case {
    /// As the child understands it.
    pub(crate) fn aim(&self) -> String {
        format!("{}:{}:wait", self.point, self.nth)
    }
}

/// How often each point is passed in a scene.
pub(crate) type Seen = BTreeMap<Scene, BTreeMap<String, u64>>;

/// Draws `wanted` deaths. No two are the same; within a scene the points take
/// turns, so that one that is passed a thousand times hides none.
pub(crate) fn draw(seen: &Seen, wanted: usize, seed: u64) -> Vec<Case> {
    let rng = Rng::seeded(seed);
    let mut left: BTreeMap<Scene, Vec<(String, Vec<u64>)>> = seen
        .iter()
        .map(|(scene, points)| {
            let passings =
                |(point, count): (&String, &u64)| (point.clone(), (1..=*count).collect());
            (*scene, points.iter().map(passings).collect())
        })
        .collect();
    let mut cases = Vec::new();
    let mut shares: Vec<(Scene, usize)> = Scene::ALL.to_vec();
    // A scene with too few passings leaves its share to the others.
    while cases.len() < wanted {
        let before = cases.len();
        for (scene, share) in &shares {
            let points = left.entry(*scene).or_default();
            for round in 0..*share {
                let open: Vec<usize> = (0..points.len())
                    .filter(|it| !points[*it].1.is_empty())
                    .collect();
                if cases.len() == wanted || open.is_empty() {
                    break;
                }
                let (point, passings) = &mut points[open[round % open.len()]];
                let at = usize::try_from(rng.below(passings.len() as u64)).unwrap();
                let number = cases.len();
                let again = (number % 3 == 2).then(|| 1 + rng.below(14));
                let nth = passings.swap_remove(at);
                cases.push(Case {
                    number,
                    scene: *scene,
                    point: point.clone(),
                    nth,
                    again,
                });
            }
        }
        assert!(cases.len() > before, "there are not {wanted} ways to die");
        for (_, share) in &mut shares {
            *share = 2;
        }
    }
    cases
}
