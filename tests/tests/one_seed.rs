//! Two phones and the county in one thread under one seed. `XUNGE_SEED` and `XUNGE_SEEDS` choose others.

use xunge_tests::day::live;

fn from_env(name: &str, usual: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

#[test]
fn the_same_seed_gives_the_same_day_and_nothing_is_lost() {
    let first = from_env("XUNGE_SEED", 1);
    let (mut steps, mut faults, mut failures) = (0, 0, 0);
    let seeds = from_env("XUNGE_SEEDS", 1);
    for seed in first..first + seeds {
        let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
        let one = live(folders[0].path(), seed, 200);
        steps += one.steps;
        faults += one.faults;
        if !one.broken.is_empty() {
            failures += 1;
            eprintln!("seed {seed}, replay with: make simulate SEED={seed}");
            eprintln!("{}", one.story.join("\n"));
            eprintln!("{}", one.broken.join("\n"));
        }
        let two = live(folders[1].path(), seed, 200);
        if let Some(at) =
            (0..one.story.len().max(two.story.len())).find(|at| one.story.get(*at) != two.story.get(*at))
        {
            panic!(
                "seed {seed} differs at line {at}: {:?} against {:?}",
                one.story.get(at),
                two.story.get(at)
            );
        }
        assert_eq!(one.hash, two.hash);
        println!("seed {seed}: trace {}", one.hash);
    }
    println!("seeds={seeds} steps={steps} faults={faults} failures={failures}");
    assert_eq!(failures, 0);
}
