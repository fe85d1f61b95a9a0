import Foundation
import TestSupport
import Testing

@Suite struct OwnThreadTests {
    /// Else a failure there would be no failure of the test, and a live test could have no further try.
    @Test func whatIsExpectedInVainIsToldOfTheTest() async throws {
        try await withKnownIssue {
            try await OwnThread.run { #expect(Thread.isMainThread) }
        } matching: { issue in
            issue.description.contains("isMainThread")
        }
    }

    @Test func itMayBlockWithoutHoldingUpOthers() async throws {
        let bells = (0..<64).map { _ in DispatchSemaphore(value: 0) }
        async let last: Void = OwnThread.run { for bell in bells { bell.signal() } }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for bell in bells { group.addTask { try await OwnThread.run { bell.wait() } } }
            try await group.waitForAll()
        }
        try await last
    }
}
