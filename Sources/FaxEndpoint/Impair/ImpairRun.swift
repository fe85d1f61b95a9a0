import FaxCore
import FaxReport
import Foundation
import Simulator

/// `faxprobe impair`: the proxy until it is stopped, with a line for each call.
public struct ImpairRun {
    public var writesJSON = false
    public var timeout: Duration?
    public var shouldStop: () -> Bool = { false }
    private let write: (String) -> Void

    public init(write: @escaping (String) -> Void) { self.write = write }

    public func run(_ settings: ImpairSettings) throws {
        let proxy = try ImpairProxy(settings)
        if writesJSON {
            write(
                JSONWriter.text(
                    .object([.init("event", .string("listening")), .init("address", .string("\(proxy.address)"))]),
                    style: .line) + "\n")
        } else {
            write("listening on \(proxy.address), on to \(settings.target)\n")
        }
        let clock = ContinuousClock()
        let limit = timeout.map { clock.now + $0 }
        while !shouldStop(), limit.map({ clock.now < $0 }) ?? true {
            Thread.sleep(forTimeInterval: 0.1)
            tell(proxy.takeEnded())
        }
        proxy.close()
        tell(proxy.takeEnded())
    }

    private func tell(_ calls: [ImpairedCall]) {
        for call in calls { write(writesJSON ? Self.document(call) : Self.text(call)) }
    }

    private static func text(_ call: ImpairedCall) -> String {
        func side(_ figures: LinkFigures) -> String {
            "\(figures.sent) sent, \(figures.lost) lost"
                + (figures.duplicated > 0 ? ", \(figures.duplicated) doubled" : "")
                + (figures.corrupted > 0 ? ", \(figures.corrupted) damaged" : "")
        }
        let id = TerminalText.harmless(call.callID)
        return "call \(id): seed \(call.seed); forth \(side(call.forth)); back \(side(call.back))\n"
    }

    private static func document(_ call: ImpairedCall) -> String {
        func side(_ figures: LinkFigures) -> JSONValue {
            .object([
                .init("sent", .integer(figures.sent)), .init("lost", .integer(figures.lost)),
                .init("duplicated", .integer(figures.duplicated)), .init("corrupted", .integer(figures.corrupted)),
            ])
        }
        let document = JSONValue.object([
            .init("event", .string("call")), .init("call_id", .string(call.callID)),
            .init("seed", .string("\(call.seed)")), .init("forth", side(call.forth)), .init("back", side(call.back)),
        ])
        return JSONWriter.text(document, style: .line) + "\n"
    }
}
