import FaxDSP

/// A Class 2 or 2.0 modem of ours for tests, octet for octet: commands in, answers out. It has neither a line nor T.30: what the
/// far side of a call does stands in its script. It is an emulation; no modem that one can buy was asked.
public struct EmulatedClassTwoModem: Sendable {
    public struct Script: Sendable {
        /// 2.0 instead of 2.
        public var isFinal = false
        /// Before page data is taken (Class 2).
        public var sendsXON = true
        /// What makes the modem give a page: DC1, or DC2.
        public var trigger: UInt8 = 0x11
        /// Rockwell's modems give pages with the other bit order than they take them.
        public var reversesReception = false
        /// RTC stays in the modem.
        public var stripsRTC = false
        /// Of the far receiver, as `+FDIS` says.
        public var abilities = "1,5,0,2,1,0,0,0"
        public var identification = "+1 555 0199"
        /// What becomes of the pages that are sent, in order; then MCF.
        public var statuses: [Int] = []
        /// Pages that the far sender sends, and how; each is sent again after RTN.
        public var pages: [PageBitmap] = []
        public var terms = "1,5,0,2,0,0,0,0"
        /// To commands that begin so, this instead of the usual answer; empty: none.
        public var answers: [(command: String, answer: String)] = []
        /// So many rows of the first page that is given are damaged, the first time.
        public var damagedRows = 0

        public init() {}
    }

    private enum State: Equatable {
        case command
        case takingPage
        /// Waits for ``Script/trigger``.
        case givingPage
    }

    public let script: Script
    /// What the driver said, command for command.
    public private(set) var commands: [String] = []
    /// Pages that were sent, as the far side decoded them.
    public private(set) var taken: [DecodedPage] = []
    public private(set) var isOnHook = true
    /// It has taken a call.
    public private(set) var hasAnswered = false
    /// S0.
    private var answersItself = false
    private var state = State.command
    private var line: [UInt8] = []
    private var data: [UInt8] = []
    private var isShielded = false
    /// What the driver wants used at most.
    private var own = ""
    private var session = ""
    private var given = 0
    private var lastStatus = 1
    private var isRefused = false
    private var output: [UInt8] = []

    public init(_ script: Script) { self.script = script }

    /// Somebody calls.
    public mutating func ring() {
        say("RING")
        if answersItself { pickUp() }
    }

    private mutating func pickUp() {
        let names = Names(isFinal: script.isFinal)
        (isOnHook, hasAnswered) = (false, true)
        say(names.connected, "\(names.caller):\"\(script.identification)\"", "\(names.agreed):\(script.terms)", "OK")
    }

    public mutating func takeOutput() -> [UInt8] {
        defer { output = [] }
        return output
    }

    public mutating func receive(_ octets: some Sequence<UInt8>) {
        for octet in octets {
            switch state {
            case .command: hear(octet)
            case .takingPage: take(octet)
            case .givingPage: if octet == script.trigger { givePage() }
            }
        }
    }

    /// Octets of a page come.
    var isTakingPage: Bool { state == .takingPage }

    /// What both sides can, where the driver does not say it.
    private var agreed: String {
        let (far, near) = (Self.numbers(script.abilities), Self.numbers(own))
        guard far.count == 8, near.count == 8 else { return script.abilities }
        // The scan time is the receiver's.
        return (zip(far, near).map { min($0, $1) }.prefix(7) + far.suffix(1))
            .map { String($0, radix: 16, uppercase: true) }.joined(separator: ",")
    }

    private static func numbers(_ text: String) -> [Int] {
        text.split(separator: ",").compactMap { Int($0, radix: 16) }.filter { $0 >= 0 }
    }

    // MARK: Commands

    private mutating func hear(_ octet: UInt8) {
        guard octet == 0x0D else {
            if octet >= 0x20, line.count < 256 { line.append(octet) }
            return
        }
        let text = String(decoding: line, as: UTF8.self)
        line = []
        guard text.hasPrefix("AT") else { return }
        commands.append(text)
        if let answer = script.answers.first(where: { text.hasPrefix($0.command) }) {
            if !answer.answer.isEmpty { say(answer.answer) }
            return
        }
        answer(text)
    }

    private mutating func answer(_ text: String) {
        let names = Names(isFinal: script.isFinal)
        switch text {
        case _ where text.hasPrefix("ATD"):
            isOnHook = false
            session = agreed
            say(
                names.connected, "\(names.called):\"\(script.identification)\"",
                "\(names.abilities):\(script.abilities)", "OK")
        case "ATA": pickUp()
        case _ where text.hasPrefix("ATS0="):
            answersItself = text != "ATS0=0"
            say("OK")
        case "ATH":
            isOnHook = true
            say("OK")
        case "AT+FDT" where !isOnHook:
            (state, data) = (.takingPage, [])
            say("\(names.agreed):\(session)", "CONNECT")
            if script.sendsXON, !script.isFinal { output.append(0x11) }
        case "AT+FDR" where !isOnHook: continueReception(names)
        case "AT+FPS?" where script.isFinal: say("\(lastStatus)", "OK")
        case _ where text.hasPrefix("\(names.ability)="):
            own = String(text.dropFirst(names.ability.count + 1))
            say("OK")
        case _ where text.hasPrefix("\(names.session)="):
            session = String(text.dropFirst(names.session.count + 1))
            say("OK")
        case _ where text.hasPrefix("AT+FET=") && !script.isFinal: endPage(text.hasSuffix("2"))
        case _ where text.hasPrefix("\(names.setStatus)="):
            isRefused = text.hasSuffix("2")
            say("OK")
        case _ where names.isForeign(text): say("ERROR")
        default: say("OK")
        }
    }

    private mutating func say(_ lines: String...) {
        for line in lines { output += Array("\r\n\(line)\r\n".utf8) }
    }

    private mutating func hangUp(_ code: Int) {
        isOnHook = true
        say("\(Names(isFinal: script.isFinal).hangUp):\(code)", "OK")
    }

    // MARK: Sending

    private mutating func take(_ octet: UInt8) {
        guard isShielded else {
            isShielded = octet == 0x10
            if !isShielded { data.append(octet) }
            return
        }
        isShielded = false
        switch octet {
        case 0x10: data.append(0x10)
        case 0x03 where !script.isFinal:
            state = .command
            say("OK")
        case 0x2C, 0x3B, 0x2E:
            guard script.isFinal else { return }
            state = .command
            endPage(octet == 0x2E)
        case 0x03, 0x18: state = .command
        default: break
        }
    }

    private mutating func endPage(_ isLast: Bool) {
        let names = Names(isFinal: script.isFinal)
        let numbers = Self.numbers(session)
        guard numbers.count == 8 else { return hangUp(20) }
        let widths = [1_728, 2_048, 2_432]
        let page = PageDecoder.decode(
            data, compression: numbers[4] == 3 ? .mmr : numbers[4] == 1 ? .mr : .mh, bitOrder: .leastSignificantFirst,
            widthPx: widths[min(numbers[2], 2)], dpiX: 204, dpiY: [98, 196, 391][min(numbers[0], 2)])
        if let page { taken.append(page) }
        let count = taken.count - 1
        lastStatus = page == nil ? 2 : script.statuses.indices.contains(count) ? script.statuses[count] : 1
        let isGood = lastStatus != 2 && lastStatus != 4
        if !script.isFinal { say("\(names.pageStatus):\(lastStatus)") }
        guard isLast, isGood else { return say(script.isFinal && !isGood ? "ERROR" : "OK") }
        hangUp(0)
    }

    // MARK: Receiving

    private mutating func continueReception(_ names: Names) {
        if given > 0, isRefused { given -= 1 }
        isRefused = false
        guard given < script.pages.count else { return hangUp(0) }
        say("\(names.agreed):\(script.terms)", "CONNECT")
        state = .givingPage
    }

    private mutating func givePage() {
        state = .command
        let names = Names(isFinal: script.isFinal)
        let codings: [String: TIFFDocument.Coding] = ["1": .mr, "3": .mmr]
        let number = script.terms.split(separator: ",").dropFirst(4).first.map(String.init) ?? ""
        guard let file = try? TIFFDocument.write([script.pages[given]], coding: codings[number] ?? .mh),
            var octets = try? TIFFDocument.codedPages(file).first
        else { return hangUp(90) }
        if !script.stripsRTC, number != "3" { octets += Self.returnToControl(isTagged: number == "1") }
        if script.damagedRows > 0, given == 0, !commands.contains(where: { $0.hasPrefix("\(names.setStatus)=") }) {
            for place in stride(from: 40, to: octets.count - 40, by: max(8, octets.count / script.damagedRows)) {
                octets[place] ^= 0x55
            }
        }
        for octet in octets {
            let sent = script.reversesReception ? octet : Self.reversed(octet)
            output += sent == 0x10 ? [0x10, 0x10] : [sent]
        }
        output += [0x10, 0x03]
        given += 1
        say(
            "\(names.pageStatus):1,\(script.pages[given - 1].heightPx),0,0",
            "+FET:\(given < script.pages.count ? 0 : 2)", "OK")
    }

    /// Six ends of line (T.4 4.1.4), those of MR with the tag of a one-dimensional row.
    private static func returnToControl(isTagged: Bool) -> [UInt8] {
        let bits = Array(String(repeating: isTagged ? "0000000000011" : "000000000001", count: 6).utf8)
        return stride(from: 0, to: bits.count, by: 8).map { start in
            (0..<8).reduce(UInt8(0)) { octet, place in
                octet << 1 | (start + place < bits.count ? bits[start + place] & 1 : 0)
            }
        }
    }

    private static func reversed(_ octet: UInt8) -> UInt8 {
        (0..<8).reduce(UInt8(0)) { $0 | (octet >> UInt8($1) & 1) << UInt8(7 - $1) }
    }
}

extension EmulatedClassTwoModem {
    private struct Names {
        let isFinal: Bool
        var connected: String { isFinal ? "+FCO" : "+FCON" }
        var called: String { isFinal ? "+FCI" : "+FCSI" }
        var caller: String { isFinal ? "+FTI" : "+FTSI" }
        var abilities: String { isFinal ? "+FIS" : "+FDIS" }
        var agreed: String { isFinal ? "+FCS" : "+FDCS" }
        var ability: String { isFinal ? "AT+FCC" : "AT+FDCC" }
        var session: String { isFinal ? "AT+FIS" : "AT+FDIS" }
        var pageStatus: String { isFinal ? "+FPS" : "+FPTS" }
        var setStatus: String { isFinal ? "AT+FPS" : "AT+FPTS" }
        var hangUp: String { isFinal ? "+FHS" : "+FHNG" }

        /// A command of the other class.
        func isForeign(_ text: String) -> Bool {
            let other =
                isFinal
                ? ["AT+FBOR", "AT+FDCC", "AT+FDIS", "AT+FLID", "AT+FPHCTO", "AT+FPTS", "AT+FET", "AT+FCLASS=2\u{0}"]
                : ["AT+FBO=", "AT+FCC", "AT+FIS", "AT+FLI=", "AT+FCT", "AT+FPS", "AT+FNR", "AT+FLO", "AT+FCLASS=2.0"]
            return other.contains { text.hasPrefix($0) } || isFinal && text == "AT+FCLASS=2"
        }
    }
}
