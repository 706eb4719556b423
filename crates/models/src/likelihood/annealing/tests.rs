use super::*;

#[test]
fn weights_are_the_same_bits_at_every_level() {
    let (n_visible, n_hidden) = (37, 11);
    let parameters = RbmParameters {
        n_visible,
        n_hidden,
        weights: (0..n_visible * n_hidden).map(|i| 0.3 * (i as f32).sin()).collect(),
        visible_bias: (0..n_visible).map(|i| 0.1 * (i as f32).cos()).collect(),
        hidden_bias: vec![0.05; n_hidden],
    };
    let annealing = Annealing { n_temperatures: 50, key: 3 };
    let path = Path::new(&parameters, &vec![0.0; n_visible], annealing, 8).expect("a path");
    let weights = |level: Level| {
        let visible = path.base_chains(0);
        let chains = Chains { path: &path, visible, first_chain: 0, direction: Direction::Forward, go_on: &|| true };
        level.run(chains).expect("weights").map(f64::to_bits)
    };
    for level in Level::available() {
        assert_eq!(weights(level), weights(Level::Portable), "{level:?}");
    }
}
