import Dispatch
import NIOCore

/// Work that waits for disks, in order, beside the event loop: packets go out in time while a file is flushed.
struct DiskQueue: Sendable {
    private let queue = DispatchQueue(label: "faxprobe.disk")
    private let loop: any EventLoop

    init(_ loop: any EventLoop) { self.loop = loop }

    /// Something of the loop's, to be used in `then`.
    func bound<Value>(_ value: Value) -> NIOLoopBound<Value> { NIOLoopBound(value, eventLoop: loop) }

    /// `then` runs on the loop.
    func run<Value: Sendable>(_ work: @escaping @Sendable () -> Value, then: @escaping @Sendable (Value) -> Void) {
        let loop = loop
        queue.async {
            let value = work()
            loop.execute { then(value) }
        }
    }
}
