import FaxCore
import FaxDSP
import FaxProtocol
import FaxStation
import Foundation
import LiveLab
import Simulator
import TestSupport
import Testing

@testable import FaxEndpoint

/// Two endpoints on the loopback interface, ports chosen by the system, and a fax from one to the other.
struct FaxOnLoopback {
    static let address = IPAddress(v4: 0x7F00_0001)
    static let anyPort = Endpoint(address, 0)

    var sender = EndpointSettings(listen: anyPort)
    var receiver = EndpointSettings(listen: anyPort)
    var pages: [PageBitmap] = [TextLikePage(heightPx: 120, seed: 3).bitmap()]
    /// Over what the sender calls, and the name that the receiver has to prove over TLS.
    var carrier = SIPTransport.udp
    var host: String?
    /// Where the sender calls instead of the receiver itself, given that one's address.
    var through: (Endpoint) throws -> Endpoint = { $0 }
    /// Where the receiver is registered before it is called.
    var registers: RegistrationRequest?
    /// Told of every event of the sender, with the sender.
    var onSenderEvent: (EndpointEvent, LiveEndpoint) -> Void = { _, _ in }
    /// What the settings name files of; they are gone with their last owner.
    var certificates: LabCertificates?
    var patience = Duration.seconds(90)

    struct Outcome {
        var sent: FaxResult?
        var received: FaxResult?
        var senderEvents: [EndpointEvent]
        var receiverEvents: [EndpointEvent]
        /// What lies in the receiver's folder.
        var files: [String]
        /// Of the received file.
        var pages: [PageBitmap]
        var lateness: DurationMeter
    }

    init(_ transport: FaxTransport = .auto) {
        sender.transport = transport
        receiver.transport = transport
        let first = UInt16.random(in: 5...50) * 1_000
        sender.mediaPorts = first...first + 499
        receiver.mediaPorts = first + 500...first + 999
    }

    /// On a thread of its own: tests wait beside each other. A busy machine tears sound: a fax in audio that broke off gets
    /// further tries.
    func run() async throws -> Outcome {
        var outcome = try await OwnThread.run { try wait() }
        for _ in 1..<Self.tries where outcome.brokeOffInAudio && mayBeAudio {
            try await Task.sleep(for: Self.pause)
            outcome = try await OwnThread.run { try wait() }
        }
        return outcome
    }

    private static let tries = 3
    private static let pause = Duration.seconds(5)

    /// Where only T.38 is allowed, a call that ends in audio ended as it should.
    private var mayBeAudio: Bool { sender.transport != .t38 && receiver.transport != .t38 }

    private func wait() throws -> Outcome {
        let folder = FileManager.default.temporaryDirectory.appending(path: "faxprobe-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        var receiving = receiver
        var answering = try receiver.answering ?? Answering(folder: ReceptionFolder(path: folder.path))
        answering.calls = answering.calls ?? 1
        receiving.answering = answering
        let called = try LiveEndpoint(receiving)
        defer { called.close() }
        let caller = try LiveEndpoint(sender)
        defer { caller.close() }
        var (senderEvents, receiverEvents): ([EndpointEvent], [EndpointEvent]) = ([], [])
        if let registers {
            called.register(registers)
            receiverEvents = called.awaitRegistration()
        }
        let listening = called.ports.first { $0.transport == carrier }?.endpoint ?? called.address
        let place = SIPPath(carrier, try through(listening))
        var destination = SIPDestination(uri: "sip:200@\(place.endpoint)\(place.uriParameter)", path: place)
        destination.host = host
        caller.send(OutgoingFax(try OutgoingDocument(pages), to: destination))
        let clock = ContinuousClock()
        let limit = clock.now + patience
        while senderEvents.result == nil, clock.now < limit {
            if let event = caller.events.next(within: .milliseconds(50)) {
                senderEvents.append(event)
                onSenderEvent(event, caller)
            }
        }
        while receiverEvents.result == nil, clock.now < min(limit, clock.now + .seconds(10)) {
            guard let event = called.events.next(within: .milliseconds(2_000)) else { break }
            receiverEvents.append(event)
        }
        let lateness = try caller.lateness
        caller.stop()
        called.stop()
        while let event = called.events.next(within: .zero) { receiverEvents.append(event) }
        let path = receiverEvents.result?.files.first
        return Outcome(
            sent: senderEvents.result, received: receiverEvents.result, senderEvents: senderEvents,
            receiverEvents: receiverEvents,
            files: try FileManager.default.contentsOfDirectory(atPath: answering.folder.path).sorted(),
            pages: try path.map { try TIFFDocument.read(Array(Data(contentsOf: URL(filePath: $0)))) } ?? [],
            lateness: lateness)
    }
}

extension FaxOnLoopback.Outcome {
    /// Our own receiver answered it, audio carried it, and it is not whole.
    fileprivate var brokeOffInAudio: Bool {
        guard let sent, let received, sent.carriedBy == .audio else { return false }
        return !(sent.isSuccess && received.isSuccess)
    }
}

extension LiveEndpoint {
    /// The events until its registration stands, or failed.
    fileprivate func awaitRegistration() -> [EndpointEvent] {
        var seen: [EndpointEvent] = []
        while let event = events.next(within: .seconds(20)) {
            seen.append(event)
            if case .registration = event.kind { break }
        }
        return seen
    }
}

extension [EndpointEvent] {
    var result: FaxResult? {
        for event in self { if case .result(let result) = event.kind { return result } }
        return nil
    }

    /// What a person would read, one line an event.
    var story: String { compactMap { EventText.line($0) }.joined() }

    func has(_ event: FaxCall.Event) -> Bool {
        contains { if case .call(event) = $0.kind { true } else { false } }
    }
}
