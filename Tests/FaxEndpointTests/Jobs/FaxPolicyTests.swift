import FaxCore
import Foundation
import Testing

@testable import FaxEndpoint

/// What a policy decides, as a table: what came before, and over what the next call goes.
@Suite struct FaxPolicyTests {
    private static let pair = NumberPair(ours: "+15550100", theirs: "sip:5550200@example.com")
    private static let start = Instant(seconds: 1_800_000_000)

    struct Row: Sendable, CustomTestStringConvertible {
        var name: String
        /// Minutes after the start, and what a call then came to.
        var calls: [(Int, PolicyTrial)] = []
        /// Minutes after the start.
        var at = 60
        var transport: FaxTransport
        var sentence: String
        /// Minutes after the start; `nil`: never, or nothing is remembered.
        var expires: Int?
        var testDescription: String { name }
    }

    private static let worked = PolicyTrial(.t38, .confirmed)
    private static let failed = PolicyTrial(.t38, .otherMayHelp)
    private static let audioWorked = PolicyTrial(.audio, .confirmed)
    private static let audioFailed = PolicyTrial(.audio, .otherMayHelp)

    static let flipFlop: [Row] = [
        Row(name: "nothing is remembered", transport: .auto, sentence: "nothing is remembered"),
        Row(name: "T.38 worked", calls: [(50, worked)], transport: .auto, sentence: "T.38 again", expires: 65),
        Row(name: "T.38 failed", calls: [(50, failed)], transport: .g711, sentence: "T.38 failed last", expires: 65),
        Row(
            name: "T.38 failed, a moment before it expires", calls: [(46, failed)], transport: .g711,
            sentence: "in turn", expires: 61),
        Row(name: "T.38 failed, expired", calls: [(45, failed)], transport: .auto, sentence: "expired", expires: 60),
        Row(
            name: "audio worked after T.38 failed", calls: [(50, failed), (52, audioWorked)], transport: .g711,
            sentence: "audio again", expires: 67),
        Row(
            name: "audio failed, too", calls: [(50, failed), (52, audioFailed)], transport: .auto,
            sentence: "audio failed last", expires: 67),
        Row(
            name: "busy teaches nothing", calls: [(50, failed), (55, PolicyTrial(nil, .nothing))], transport: .g711,
            sentence: "T.38 failed last", expires: 65),
        Row(
            name: "two failures are not for good", calls: [(0, failed), (20, failed)], transport: .auto,
            sentence: "expired", expires: 35),
        Row(
            name: "three are", calls: [(0, failed), (20, failed), (40, failed)], at: 400_000, transport: .g711,
            sentence: "audio for good"),
        Row(
            name: "three with a success between them are not",
            calls: [(0, failed), (20, worked), (30, failed), (40, failed)], transport: .auto, sentence: "expired",
            expires: 55),
        Row(
            name: "three with audio between them are",
            calls: [(0, failed), (5, audioWorked), (20, failed), (25, audioWorked), (40, failed)], transport: .g711,
            sentence: "audio for good"),
        Row(
            name: "three over three weeks are not", calls: [(0, failed), (11_000, failed), (22_000, failed)],
            at: 22_100, transport: .auto, sentence: "expired", expires: 22_015),
        Row(
            name: "a date of the future is not believed", calls: [(500, failed)], transport: .auto,
            sentence: "expired", expires: 515),
    ]

    @Test(arguments: flipFlop)
    func flipFlopDecides(_ row: Row) {
        let policy = FaxPolicy(.flipFlop)
        var memory = PolicyMemory()
        for (minute, trial) in row.calls {
            policy.learn(trial, of: Self.pair, into: &memory, now: Self.start + .seconds(minute * 60))
        }
        let decision = policy.decide(Self.pair, memory: memory, now: Self.start + .seconds(row.at * 60))
        #expect(decision.transport == row.transport, "\(decision)")
        #expect(decision.sentence.contains(row.sentence), "\(decision)")
        #expect(decision.expiresAt == row.expires.map { Self.start + .seconds($0 * 60) }, "\(decision)")
        #expect((decision.remembered == nil) == row.calls.isEmpty)
        // Another pair of numbers knows nothing of it.
        let other = NumberPair(ours: Self.pair.ours, theirs: "sip:other@example.com")
        #expect(policy.decide(other, memory: memory, now: Self.start).remembered == nil)
    }

    private static let others: [(FaxPolicy.Kind, [PolicyTrial], FaxTransport)] = [
        (.t38Only, [failed], .t38), (.audioOnly, [audioFailed], .g711), (.t38ThenAudio, [], .auto),
        (.t38ThenAudio, [PolicyTrial(nil, .nothing)], .auto), (.t38ThenAudio, [PolicyTrial(.t38, .nothing)], .auto),
        (.t38ThenAudio, [audioFailed], .auto), (.t38ThenAudio, [failed], .g711),
        (.t38ThenAudio, [failed, audioFailed], .g711),
    ]

    @Test(arguments: others)
    func theOthersDecide(kind: FaxPolicy.Kind, earlier: [PolicyTrial], transport: FaxTransport) {
        let policy = FaxPolicy(kind)
        var memory = PolicyMemory()
        for trial in earlier { policy.learn(trial, of: Self.pair, into: &memory, now: Self.start) }
        #expect(memory.count == 0)
        let decision = policy.decide(Self.pair, memory: memory, earlier: earlier, now: Self.start)
        #expect(decision.transport == transport && !decision.sentence.isEmpty, "\(decision)")
    }

    @Test func aMemoryIsBounded() {
        let policy = FaxPolicy(.flipFlop)
        var memory = PolicyMemory()
        for place in 0..<3 {
            let pair = NumberPair(ours: "forever", theirs: "\(place)")
            for _ in 0..<3 { policy.learn(Self.failed, of: pair, into: &memory, now: Self.start) }
        }
        for place in 0..<PolicyMemory.limit + 5 {
            let pair = NumberPair(ours: "a", theirs: "\(place)")
            memory[pair] = PolicyMemory.Entry(carrier: .t38, isGood: true, at: Self.start + .seconds(1 + place))
        }
        #expect(memory.count == PolicyMemory.limit)
        #expect(memory[NumberPair(ours: "a", theirs: "0")] == nil)
        #expect(memory[NumberPair(ours: "forever", theirs: "1")]?.permanentSince == Self.start)
    }

    private func withFile(_ body: (URL) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "faxprobe-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(at: folder) }
        try body(folder)
    }

    @Test func aMemoryComesBackFromItsFile() throws {
        try withFile { folder in
            let file = PolicyMemoryFile(path: folder.appending(path: "memory.json").path)
            #expect(try file.read().memory.count == 0)
            let policy = FaxPolicy(.flipFlop)
            var expected = PolicyMemory()
            for trial in [Self.failed, Self.failed, Self.audioWorked, Self.failed] {
                policy.learn(trial, of: Self.pair, into: &expected, now: Self.start)
                _ = try file.update { policy.learn(trial, of: Self.pair, into: &$0, now: Self.start) }
            }
            let read = try file.read()
            #expect(read.memory == expected && read.complaint == nil)
            #expect(read.memory[Self.pair]?.permanentSince == Self.start)
            #expect(try file.look() == expected)
        }
    }

    @Test(arguments: ["", "{", "{\"schema\":\"faxprobe-policy-memory/1\"}", "\u{0}\u{0}\u{0}"])
    func aDamagedFileIsSetAside(text: String) throws {
        try withFile { folder in
            let path = folder.appending(path: "memory.json").path
            try Data(text.utf8).write(to: URL(filePath: path))
            let found = try PolicyMemoryFile(path: path).read()
            #expect(found.memory.count == 0 && found.complaint?.contains("set aside") == true)
            let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            #expect(names.contains { $0.hasPrefix("memory.json.damaged-") } && !names.contains("memory.json"))
        }
    }

    @Test func aFileOfAnotherVersionIsLeftAlone() throws {
        try withFile { folder in
            let path = folder.appending(path: "memory.json").path
            let text = "{\"schema\":\"faxprobe-policy-memory/9\",\"pairs\":[]}"
            try Data(text.utf8).write(to: URL(filePath: path))
            #expect(throws: PolicyMemoryFile.Failure.self) { try PolicyMemoryFile(path: path).read() }
            #expect(try String(contentsOfFile: path, encoding: .utf8) == text)
        }
    }
}
