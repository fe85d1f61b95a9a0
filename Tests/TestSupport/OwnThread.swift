import Foundation
import Synchronization

/// Work that waits for sockets and processes, beside the tests' own threads, of which there are few. It stays in the
/// test's task, so that what it expects in vain is told of that test (and a live one gets its further try).
public enum OwnThread {
    /// It did not end: the test fails, and its thread is left to itself.
    public struct Hangs: Error, CustomStringConvertible {
        let limit: Duration
        public var description: String { "what the test waits for did not end within \(limit)" }
    }

    /// Longer than any call of a test takes on a slow machine.
    private static let limit = Duration.seconds(400)

    public static func run<Value>(_ body: @escaping () throws -> Value) async throws -> Value {
        let work = Box(body)
        return try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Box<Value>, any Error>) in
            let end = End(continuation)
            let watch = Task {
                try await Task.sleep(for: limit)
                end.resume(.failure(Hangs(limit: limit)))
            }
            Task(executorPreference: ThreadExecutor()) {
                let result = Result { Box(try work.value()) }
                watch.cancel()
                end.resume(result)
            }
        }.value
    }

    /// Every job gets a thread, which it may block.
    private final class ThreadExecutor: TaskExecutor {
        func enqueue(_ job: consuming ExecutorJob) {
            let job = UnownedJob(job)
            Thread.detachNewThread { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
        }
    }

    /// Resumed once, by who comes first.
    private final class End<Value>: Sendable {
        private let continuation: Mutex<CheckedContinuation<Box<Value>, any Error>?>

        init(_ continuation: CheckedContinuation<Box<Value>, any Error>) { self.continuation = Mutex(continuation) }

        func resume(_ result: Result<Box<Value>, any Error>) {
            let first = continuation.withLock { continuation in
                defer { continuation = nil }
                return continuation
            }
            first?.resume(with: result)
        }
    }

    /// Handed from one thread to the next, never used by two.
    private struct Box<Value>: @unchecked Sendable {
        let value: Value
        init(_ value: Value) { self.value = value }
    }
}
