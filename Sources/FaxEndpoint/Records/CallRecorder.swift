import FaxCore
import FaxWire
import Glibc
import NIOCore
import Simulator

/// Every packet of an endpoint as a pcapng file, written while calls run. Packets are collected on the loop and written
/// beside it.
final class CallRecorder {
    private let file: RecordFile
    private let disk: DiskQueue
    private let clock: LiveClock
    private let limit: Int
    private var pending: [UInt8]
    private var written = 0
    /// Packets so far.
    private(set) var frames = 0
    private var streams = RecordedStreams()
    /// Why the record is not whole; `nil`: it is.
    private(set) var failure: String?
    /// Told once when something cannot be written.
    var onFailure: ((String) -> Void)?

    private static let batch = 1 << 16

    init(path: String, limit: Int, disk: DiskQueue, clock: LiveClock) throws(FileOctets.Failure) {
        file = try RecordFile(path: path)
        self.disk = disk
        self.clock = clock
        self.limit = limit
        var writer = PcapngWriter(options: [.comment("faxprobe: a call of this machine's own")])
        writer.interface(
            PcapngInterface(linkType: .ethernet, snapshotLength: 262_144, clock: PcapngClock(resolution: 9)))
        pending = writer.bytes
    }

    /// A datagram.
    func add(from source: Endpoint, to destination: Endpoint, _ octets: [UInt8], at now: Instant) {
        guard mayGrow else { return }
        add(
            FrameMaker.udp(
                from: source, to: destination, payload: octets, ipID: UInt16(truncatingIfNeeded: frames)), at: now)
    }

    /// A SIP message of a connection, as one TCP segment in the clear, whatever carried it.
    func addStream(from source: Endpoint, to destination: Endpoint, _ octets: [UInt8], at now: Instant) {
        guard mayGrow else { return }
        let (sequence, acknowledgement) = streams.advance(from: source, to: destination, by: octets.count)
        add(
            FrameMaker.tcp(
                from: source, to: destination, sequence: sequence, acknowledgement: acknowledgement, payload: octets,
                ipID: UInt16(truncatingIfNeeded: frames)), at: now)
    }

    private var mayGrow: Bool {
        guard failure == nil else { return false }
        guard written + pending.count < limit else {
            fail("is longer than \(limit >> 20) MB: the rest is left out")
            return false
        }
        return true
    }

    private func add(_ frame: [UInt8], at now: Instant) {
        frames += 1
        pending += PcapngWriter.packetBlock(
            ticks: UInt64(clamping: clock.date(of: now).nanoseconds), frame: frame)
        if pending.count >= Self.batch { flush() }
    }

    private func fail(_ reason: String) {
        guard failure == nil else { return }
        failure = "the record \(file.path) \(reason)"
        onFailure?("the record \(file.path) \(reason)")
    }

    private func flush(then: @escaping @Sendable () -> Void = {}) {
        let (octets, file) = (pending, file)
        written += octets.count
        pending = []
        let bound = disk.bound(self)
        disk.run({ file.write(octets) }) { reason in
            if let reason { bound.value.fail("could not be written: \(reason)") }
            then()
        }
    }

    /// Everything so far is in the file when `then` runs, on the loop.
    func sync(then: @escaping @Sendable () -> Void) { flush(then: then) }
}

/// A file that is written at its end; closed with its last owner.
private final class RecordFile: Sendable {
    let path: String
    private let descriptor: Int32

    init(path: String) throws(FileOctets.Failure) {
        self.path = path
        descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            throw FileOctets.Failure(description: "cannot write \(path): \(String(cString: strerror(errno)))")
        }
    }

    deinit { close(descriptor) }

    /// `nil`, or why not.
    func write(_ octets: [UInt8]) -> String? {
        FileOctets.append(octets, to: descriptor) ? nil : String(cString: strerror(errno))
    }
}
