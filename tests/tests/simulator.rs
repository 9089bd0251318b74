//! A few seeds of the simulator (`make simulate SEEDS=n` lives many): nothing breaks, and the same seed gives the same trace.

use xunge_tests::sim::live;

#[test]
fn the_same_seed_gives_the_same_trace_and_nothing_is_lost() {
    for seed in [1, 2, 20] {
        let one = live(seed);
        assert!(one.broken.is_empty(), "make simulate SEED={seed}: {:?}", one.broken);
        let two = live(seed);
        let differs = one.story.iter().zip(&two.story).find(|(one, two)| one != two);
        assert_eq!((differs, &one.hash), (None, &two.hash), "seed {seed}");
    }
}
