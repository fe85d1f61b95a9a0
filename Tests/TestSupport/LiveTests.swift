import Testing

/// For tests whose calls take their real time: so many run beside each other, the others wait for their turn.
///
/// All at one time, they take from each other the processor that sound in real time needs.
public struct LiveTrait: SuiteTrait, TestTrait, TestScoping {
    public var isRecursive: Bool { true }

    public func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        await LiveTurns.shared.take()
        do {
            try await function()
        } catch {
            await LiveTurns.shared.giveBack()
            throw error
        }
        await LiveTurns.shared.giveBack()
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
