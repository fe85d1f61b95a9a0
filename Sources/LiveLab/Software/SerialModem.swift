import FaxDSP
import FaxEndpoint
import Foundation
import Synchronization

/// Our own driver of modems on a soft modem: T.30 of ours behind AT commands, in this process.
final class SerialModem: FaxProgram, Sendable {
    private struct State {
        var result: SerialFax.Result?
        var failure: String?
    }

    private let state = Mutex(State())
    private let isEnded = Atomic<Bool>(false)

    private init(_ body: @escaping @Sendable (SerialModem) throws -> SerialFax.Result) {
        Thread.detachNewThread { [self] in
            do {
                let result = try body(self)
                state.withLock { $0.result = result }
            } catch {
                state.withLock { $0.failure = "\(error)" }
            }
        }
    }

    private func fax(on device: String) throws -> SerialFax {
        var profile = FaxProfile()
        profile.identification = "+1 555 0400"
        let settings = SerialModemSettings()
        let port = try SerialPort(device, speed: 115_200, flowControl: .none)
        return SerialFax(port, settings, profile, isStopped: { self.isEnded.load(ordering: .relaxed) })
    }

    static func send(_ pages: [PageBitmap], to number: String, on device: String) throws -> SerialModem {
        let document = try OutgoingDocument(pages)
        return SerialModem { try $0.fax(on: device).send(document, to: number) }
    }

    static func receive(on device: String, in folder: URL) throws -> SerialModem {
        let inbox = try ReceptionFolder(path: folder.appending(path: "in").path)
        return SerialModem { try $0.fax(on: device).receive(into: inbox, number: 1) }
    }

    var isReady: Bool { true }

    func waitForEnd(_ patience: Duration) -> Bool {
        let clock = ContinuousClock()
        let limit = clock.now + patience
        while clock.now < limit {
            let state = state.withLock { $0 }
            if let result = state.result { return result.isSuccess }
            if state.failure != nil { return false }
            Thread.sleep(forTimeInterval: 0.05)
        }
        return false
    }

    func receivedPages() throws -> [PageBitmap] {
        try (state.withLock { $0.result }?.files ?? [])
            .flatMap { try TIFFDocument.read(Array(Data(contentsOf: URL(filePath: $0)))) }
    }

    func end() { isEnded.store(true, ordering: .relaxed) }

    var story: String {
        let state = state.withLock { $0 }
        return (state.result?.text ?? "no result\n") + (state.failure ?? "")
            + (state.result?.report.frames.map { "\($0.isSent ? ">" : "<") \($0.octets.prefix(8))\n" }.joined() ?? "")
    }
}
