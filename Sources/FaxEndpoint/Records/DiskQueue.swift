import Dispatch
import Glibc
import NIOCore
import NIOPosix

/// Work that waits for disks, in order, beside the event loop: packets go out in time while a file is flushed or pages are read back.
/// Its thread leaves the processor to the loops where both want it.
struct DiskQueue: Sendable {
    private let pool = NIOThreadPool(numberOfThreads: 1)
    private let loop: any EventLoop

    /// Of 19, where 0 is what everybody has.
    private static let niceness: Int32 = 10

    init(_ loop: any EventLoop) {
        self.loop = loop
        pool.start()
        // 0: the calling thread. Whether it is heard does not matter for what is done, only for when.
        pool.submit { _ in _ = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, Self.niceness) }
    }

    /// Something of the loop's, to be used in `then`.
    func bound<Value>(_ value: Value) -> NIOLoopBound<Value> { NIOLoopBound(value, eventLoop: loop) }

    /// `then` runs on the loop.
    func run<Value: Sendable>(_ work: @escaping @Sendable () -> Value, then: @escaping @Sendable (Value) -> Void) {
        let loop = loop
        pool.submit { _ in
            let value = work()
            loop.execute { then(value) }
        }
    }

    /// Ends its thread when all is done that was asked for, and returns then. Nothing more may be asked for.
    func close() {
        let done = DispatchSemaphore(value: 0)
        pool.submit { _ in done.signal() }
        done.wait()
        try? pool.syncShutdownGracefully()
    }
}
