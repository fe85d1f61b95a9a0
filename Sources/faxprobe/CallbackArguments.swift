import ArgumentParser
import FaxCore
import FaxDSP
import FaxEndpoint

/// Numbers that answer a fax by calling back with it.
struct CallbackArguments: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "After the fax, wait so long for a call that brings it back, and compare the pages: 90s, 15m, 1h.",
            valueName: "time"))
    var awaitCallback: String?
    @Option(
        help: ArgumentHelp(
            "Address or host that calls back, when it is none of the one called, its proxy and the registrar.",
            valueName: "host"))
    var callbackFrom: String?
    @Option(help: ArgumentHelp("Where the fax that comes back is kept.", valueName: "folder")) var callbackDir = "."

    func validate() throws {
        guard let awaitCallback else {
            if callbackFrom != nil { throw ValidationError("--callback-from wants --await-callback too.") }
            return
        }
        guard Self.time(awaitCallback) != nil else {
            throw ValidationError("--await-callback wants a time up to a day, such as 90s, 15m or 1h.")
        }
    }

    /// `90`, `90s`, `15m`, `1h`; at most a day.
    private static func time(_ text: String) -> Duration? {
        let units: [Character: Double] = ["s": 1, "m": 60, "h": 3_600]
        let unit = text.last.flatMap { units[$0] }
        guard let number = Double(unit == nil ? text[...] : text.dropLast()), number > 0 else { return nil }
        let seconds = number * (unit ?? 1)
        return seconds <= 86_400 ? .seconds(seconds) : nil
    }

    /// Lets the endpoint be called. `nil`: no call-back is wanted.
    func prepare(
        _ settings: inout EndpointSettings, sent pages: [PageBitmap], peers: [IPAddress]
    ) throws -> CallbackWait? {
        guard let patience = awaitCallback.flatMap(Self.time) else { return nil }
        settings.allowedCallers = peers
        if let callbackFrom {
            settings.allowedCallers += SIPTarget.addresses(try SIPTarget.destination("sip:\(callbackFrom)"))
        }
        var answering = Answering(folder: try ReceptionFolder(path: callbackDir))
        answering.calls = CallbackWait.attempts
        settings.answering = answering
        return CallbackWait(patience: patience, pages: pages)
    }
}
