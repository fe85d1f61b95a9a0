import FaxCore
import Simulator

/// One parser under fire: where its inputs come from, and how one is fed to it. That it returns at all is what is
/// checked: a trap ends the process, a hang and memory are watched from outside.
struct FuzzTarget {
    let name: String
    /// Inputs, made one after the other; `nil` at the end of those that are counted beforehand.
    let inputs: (FuzzCorpus, _ seed: UInt64) throws -> () -> [UInt8]?
    let feed: ([UInt8]) throws -> Void
    /// The inputs are counted beforehand: all of them are fed, whatever the rounds.
    var isCounted = false
    /// One of so many rounds is taken: each costs as much.
    var oneIn = 1

    /// Mutants of samples.
    static func mutants(
        _ name: String, of samples: @escaping (FuzzCorpus) -> [[UInt8]], feed: @escaping ([UInt8]) throws -> Void
    ) -> FuzzTarget {
        FuzzTarget(
            name: name,
            inputs: { corpus, seed in
                let samples = samples(corpus)
                guard !samples.isEmpty else { throw LabError("the corpus has no sample for \(name)") }
                var random = SeededRandom(seed: seed)
                var mutator = OctetMutator(seed: random.next())
                return {
                    let one = samples[Int.random(in: 0..<samples.count, using: &random)]
                    let other = samples[Int.random(in: 0..<samples.count, using: &random)]
                    return mutator.mutate(one, other: other)
                }
            }, feed: feed)
    }

    /// Mutants of whole captures: of frames inside, of record headers, of the file.
    static func captures(
        _ name: String, largest: Int, oneIn: Int = 1, feed: @escaping ([UInt8]) throws -> Void
    ) -> FuzzTarget {
        FuzzTarget(
            name: name,
            inputs: { corpus, seed in
                let files = corpus.files.map { Array($0.octets.prefix(largest)) }
                var random = SeededRandom(seed: seed)
                return {
                    let file = files[Int.random(in: 0..<files.count, using: &random)]
                    if random.chance(0.8), var mutator = try? CaptureMutator(pcap: file, seed: random.next()) {
                        return mutator.mutate(every: Int.random(in: 2...100, using: &random))
                    }
                    var mutator = OctetMutator(seed: random.next())
                    return mutator.mutate(file)
                }
            }, feed: feed, oneIn: oneIn)
    }

    /// Every prefix of small files; of larger ones those at and beside the first record boundaries, and seeded cuts.
    static func cuts(_ name: String, feed: @escaping ([UInt8]) throws -> Void) -> FuzzTarget {
        FuzzTarget(
            name: name,
            inputs: { corpus, seed in
                var cuts = CutPlan(files: corpus.files.map(\.octets), seed: seed)
                return { cuts.next() }
            }, feed: feed, isCounted: true)
    }
}
