import Synchronization
import Testing

/// For tests whose calls take their real time: so many run beside each other, the others wait for their turn.
///
/// All at one time, they take from each other the processor that sound in real time needs. Where the host of a virtual
/// machine took it away while a test failed, the failure is told as a known issue and the test gets another try; the last
/// one counts, and on a machine of its own the first.
public struct LiveTrait: SuiteTrait, TestTrait, TestScoping {
    private static let tries = 3
    /// Of the processors' time. Chosen: a machine of its own has none, and half a second within a minute tears sound.
    private static let stolenShare = 0.005

    public var isRecursive: Bool { true }

    public func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        await LiveTurns.shared.take()
        do {
            try await perform(function)
        } catch {
            await LiveTurns.shared.giveBack()
            throw error
        }
        await LiveTurns.shared.giveBack()
    }

    private func perform(_ function: @Sendable () async throws -> Void) async throws {
        for _ in 1..<Self.tries {
            let begin = StolenTime.now
            let isTornApart = Mutex(false)
            try await withKnownIssue("the host took the processors away", isIntermittent: true) {
                try await function()
            } matching: { _ in
                guard StolenTime.now.share(since: begin) >= Self.stolenShare else { return false }
                isTornApart.withLock { $0 = true }
                return true
            }
            guard isTornApart.withLock({ $0 }) else { return }
        }
        try await function()
    }
}

extension Trait where Self == LiveTrait {
    /// Calls in real time: see `LiveTrait`.
    public static var live: Self { LiveTrait() }
}

/// The turns that live tests take, first come, first served.
private actor LiveTurns {
    static let shared = LiveTurns()

    private var free = 12
    private var waiting: [CheckedContinuation<Void, Never>] = []

    func take() async {
        guard free == 0 else {
            free -= 1
            return
        }
        await withCheckedContinuation { waiting.append($0) }
    }

    func giveBack() {
        guard waiting.isEmpty else { return waiting.removeFirst().resume() }
        free += 1
    }
}
