import FaxCore

/// Where files are cut: small ones at every octet, larger ones at and beside their first record boundaries and at
/// seeded places.
public struct CutPlan: Sendable {
    public static let smallFile = 16 * 1024
    public static let boundaries = 200
    public static let seededCuts = 2000

    private let files: [[UInt8]]
    private var random: SeededRandom
    private var file = -1
    private var lengths: ArraySlice<Int> = []

    /// - Parameter files: whole; captures of any format.
    public init(files: [[UInt8]], seed: UInt64) {
        self.files = files
        random = SeededRandom(seed: seed)
    }

    /// The next cut file, `nil` after the last.
    public mutating func next() -> [UInt8]? {
        while lengths.isEmpty {
            file += 1
            guard file < files.count else { return nil }
            lengths = Self.lengths(of: files[file], random: &random)[...]
        }
        return Array(files[file].prefix(lengths.removeFirst()))
    }

    /// The lengths to which one file is cut.
    public static func lengths(
        of file: [UInt8], random: inout SeededRandom, boundaries: Int = boundaries, seededCuts: Int = seededCuts
    ) -> [Int] {
        if file.count <= smallFile { return Array(0...file.count) }
        let near = recordBoundaries(file).prefix(boundaries).flatMap { [$0 - 1, $0, $0 + 1] }
            .filter { (0...file.count).contains($0) }
        return near + (0..<seededCuts).map { _ in Int.random(in: 0...file.count, using: &random) }
    }

    /// Of classic pcap records or pcapng blocks (by their own lengths, little endian).
    private static func recordBoundaries(_ file: [UInt8]) -> [Int] {
        if let mutator = try? CaptureMutator(pcap: file, seed: 0) { return mutator.boundaries }
        var boundaries: [Int] = []
        var offset = 0
        while offset + 8 <= file.count, boundaries.count < Self.boundaries {
            boundaries.append(offset)
            offset += max(12, Int(file.span.bytes.le32(offset + 4)))
        }
        return boundaries
    }
}
