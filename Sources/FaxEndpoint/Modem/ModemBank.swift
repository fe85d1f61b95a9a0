import FaxCore
import FaxProtocol
import FaxStation
import FaxWire
import Foundation
import NIOCore

/// The soft modems of an endpoint. Belongs to its event loop.
final class ModemBank {
    let settings: ModemSettings
    let loop: any EventLoop
    let watch: TerminalWatch
    private(set) var modems: [LiveModem] = []
    private unowned let driver: EndpointDriver

    struct Failure: Error, Sendable, CustomStringConvertible {
        let description: String
    }

    /// Makes the terminals and their links. Throws when the system does not give them.
    init(_ settings: ModemSettings, driver: EndpointDriver) throws {
        guard let watch = TerminalWatch() else { throw Failure(description: "the system gives no pipe") }
        self.settings = settings
        self.watch = watch
        self.driver = driver
        loop = driver.loop
        do {
            for index in 0..<settings.count { try add(index) }
        } catch {
            close()
            throw error
        }
    }

    private func add(_ index: Int) throws {
        var behaviour = ModemLineSettings()
        behaviour.ringInterval = settings.ringInterval
        guard let line = ModemLine(behaviour) else { throw Failure(description: "libspandsp gives no modem") }
        let terminal = try PseudoTerminal(link: settings.link(of: index), mode: settings.mode)
        let modem = LiveModem(
            index: index, number: settings.number(of: index), line: line, terminal: terminal, bank: self)
        modems.append(modem)
        tell(modem, .ready(link: terminal.link, terminal: terminal.path))
        let bound = NIOLoopBound(modem, eventLoop: loop)
        watch.add(terminal.descriptor) { [loop] event in loop.execute { bound.value.take(event) } }
    }

    func tell(_ modem: LiveModem, _ kind: ModemEvent.Kind, call: Int? = nil) {
        driver.tell(call, .modem(ModemEvent(modem: modem.index, kind: kind)))
    }

    // MARK: - Calls

    /// Why no modem can take a call; `nil`: one can.
    func refusal(of invite: SIPMessage) -> (status: Int, reason: String)? {
        if modem(for: invite) != nil { return nil }
        let candidates = candidates(for: invite)
        guard candidates.contains(where: \.isOpen) else { return (480, "no fax software has a modem open") }
        return (486, candidates.count == 1 ? "the modem is busy" : "all modems are busy")
    }

    func modem(for invite: SIPMessage) -> LiveModem? { candidates(for: invite).first(where: \.isFree) }

    private func candidates(for invite: SIPMessage) -> [LiveModem] {
        guard let user = invite.requestURI.flatMap({ SIPURI($0).user }),
            let named = modems.first(where: { $0.number == user })
        else { return modems }
        return [named]
    }

    /// What a modem shows of a caller: `NMBR` and `NAME`, `O` where there is none (as caller identification has it).
    func information(on invite: SIPMessage) -> [(name: String, value: String)] {
        let from = invite.from
        let date = Calendar(identifier: .gregorian).dateComponents([.month, .day, .hour, .minute], from: Date())
        func pair(_ first: Int?, _ second: Int?) -> String {
            [first, second].map { String(format: "%02d", $0 ?? 0) }.joined()
        }
        return [
            ("DATE", pair(date.month, date.day)), ("TIME", pair(date.hour, date.minute)),
            ("NMBR", Self.shown(from?.address.user)), ("NAME", Self.shown(from?.displayName)),
        ]
    }

    /// Characters of a value: what a caller sends cannot look like a line of the modem's.
    private static func shown(_ text: String?) -> String {
        let shown = (text ?? "").unicodeScalars.filter { (" "..."~").contains($0) }.prefix(32)
        return shown.isEmpty ? "O" : String(String.UnicodeScalarView(shown))
    }

    /// `nil`: it cannot be tried; why has been told.
    func dial(_ dialled: DialString, _ modem: LiveModem) -> LiveCall? {
        guard !dialled.number.isEmpty else {
            tell(modem, .gaveUp("no number was dialled"))
            return nil
        }
        var destination = settings.place
        destination.uri = settings.uri(for: dialled)
        return driver.dial(destination, modem)
    }

    func begin(_ call: LiveCall) { driver.begin(call) }

    func close() {
        for modem in modems { modem.remove() }
        watch.stop()
    }
}
