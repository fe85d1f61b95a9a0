import FaxEndpoint
import Synchronization

/// From a thread of its own into a task and back.
package enum Blocking {
    package static func run<Value: Sendable>(_ body: @escaping @Sendable () async -> Value) -> Value {
        let box = Box<Value>()
        Task.detached { box.put(await body()) }
        return box.take()
    }

    private final class Box<Value: Sendable>: Sendable {
        private let value = Mutex<Value?>(nil)
        private let done = MonotonicSemaphore()

        func put(_ value: Value) {
            self.value.withLock { $0 = value }
            done.signal()
        }

        func take() -> Value {
            while true {
                if done.wait(for: .seconds(3_600)), let value = value.withLock({ $0 }) { return value }
            }
        }
    }
}
