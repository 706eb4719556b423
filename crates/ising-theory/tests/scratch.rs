use ising_theory::*;
use std::time::Instant;
#[test]
fn scratch() {
    for l in [8, 10, 12] {
        let s = Instant::now();
        let v = thermodynamics(Lattice::Square{side:l}, 2.3, 0.1).unwrap();
        println!("L={l} {:?} {:?}", s.elapsed(), v.energy_per_site);
    }
    for h in [0.001, 0.5] {let s = Instant::now(); println!("10x10 {h} {:?} {:?}", specific_heat_maxima(Lattice::Square{side:10}, h, FieldTerm::Excluded), s.elapsed()); }
    for l in [8,10,12] {let s = Instant::now(); println!("{l} {:?} {:?}", specific_heat_maxima(Lattice::Square{side:l}, 0.5, FieldTerm::Included), s.elapsed()); }
    let s = Instant::now(); let th = EnergyThermometer::new(Lattice::Square{side:10}, 0.5).unwrap(); println!("therm {:?} {:?}", s.elapsed(), th.read(-2.270781));
    for h in [0.002,0.003,0.004,0.0045,0.005,0.006] { println!("ring {h} {:?}", specific_heat_maxima(Lattice::Ring{n_sites:100}, h, FieldTerm::Included)); }
    for h in [0.0,0.0001,0.001] { println!("bethe {h} {:?}", BetheLattice::default().specific_heat_maxima(h, FieldTerm::Included)); }
    println!("{:?}", kaufman(64, 0.0));
    println!("{:?}", kaufman(64, 2.0));
    println!("{:?}", onsager(2.0));
    for t in [0.1, 0.5, 1.0, 1.9, 3.0, 1e3, 1e9] { println!("{:?}\n{:?}", kaufman(512, t), onsager(t)); }
    if std::env::var("DOS10").is_ok() { let s = Instant::now(); let g = JointDensityOfStates::new(10).unwrap(); println!("DOS 10 {:?} {}", s.elapsed(), g.count(-200,100)); }
}
