/// The parts of SIP header values (RFC 3261 §25).
extension MaskedText {
    /// Elements of a list: commas inside quotes and angle brackets do not count.
    func elements(_ range: Range<Int>) -> [Range<Int>] {
        var parts: [Range<Int>] = []
        var start = range.lowerBound
        var (isQuoted, isBracketed) = (false, false)
        var index = range.lowerBound
        while index < range.upperBound {
            switch octets[index] {
            case 0x5C where isQuoted: index += 1
            case 0x22: isQuoted.toggle()
            case 0x3C where !isQuoted: isBracketed = true
            case 0x3E where !isQuoted: isBracketed = false
            case 0x2C where !isQuoted && !isBracketed:
                parts.append(start..<index)
                start = index + 1
            default: break
            }
            index += 1
        }
        return parts + [start..<range.upperBound]
    }

    /// `"Name" <sip:user@host>;tag=…`, or a URI alone.
    mutating func nameAddress(_ range: Range<Int>) {
        let range = trimmed(range)
        guard !range.isEmpty, !(range.count == 1 && octets[range.lowerBound] == 0x2A) else { return }
        let nameEnd = octets[range.lowerBound] == 0x22 ? quotedEnd(range) : range.lowerBound
        if let open = first(of: 0x3C, in: nameEnd..<range.upperBound) {
            identity(range.lowerBound..<open)
            let close = first(of: 0x3E, in: open..<range.upperBound) ?? range.upperBound
            uri(open + 1..<close)
            parameters(min(close + 1, range.upperBound)..<range.upperBound)
        } else {
            let end = first(of: 0x3B, in: range) ?? range.upperBound
            uri(range.lowerBound..<end)
            parameters(end..<range.upperBound)
        }
    }

    private func quotedEnd(_ range: Range<Int>) -> Int {
        var index = range.lowerBound + 1
        while index < range.upperBound, octets[index] != 0x22 { index += octets[index] == 0x5C ? 2 : 1 }
        return min(index + 1, range.upperBound)
    }

    /// A URI of any scheme; of `sip` and `tel` the parts by what they are.
    mutating func uri(_ range: Range<Int>) {
        let range = trimmed(range)
        guard let colon = first(of: 0x3A, in: range) else { return identity(range) }
        let rest = colon + 1..<range.upperBound
        switch text(range.lowerBound..<colon) {
        case "sip", "sips": sipURI(rest)
        case "tel", "fax":
            let end = first(of: 0x3B, in: rest) ?? rest.upperBound
            number(rest.lowerBound..<end)
            parameters(end..<rest.upperBound)
        default: anything(rest)
        }
    }

    private mutating func sipURI(_ range: Range<Int>) {
        var start = range.lowerBound
        if let at = octets[range].lastIndex(of: 0x40) {
            userInfo(range.lowerBound..<at)
            start = at + 1
        }
        let headers = first(of: 0x3F, in: start..<range.upperBound) ?? range.upperBound
        let end = first(of: ";>", in: start..<headers) ?? headers
        hostPort(start..<end)
        parameters(end..<headers)
        if headers < range.upperBound { anything(headers + 1..<range.upperBound) }
    }

    private mutating func userInfo(_ range: Range<Int>) {
        let parts = parts(range, separator: 0x3B)
        let user = parts[0]
        if let colon = first(of: 0x3A, in: user) {
            identity(user.lowerBound..<colon)
            token(colon + 1..<user.upperBound)
        } else {
            identity(user)
        }
        for part in parts.dropFirst() { parameter(part) }
    }

    /// `host`, `host:port`, `[address]:port`; the port stays.
    mutating func hostPort(_ range: Range<Int>) {
        let range = trimmed(range)
        guard !range.isEmpty else { return }
        if octets[range.lowerBound] == 0x5B {
            let close = first(of: 0x5D, in: range) ?? range.upperBound
            host(range.lowerBound + 1..<close)
        } else if octets[range].count(where: { $0 == 0x3A }) > 1 {
            host(range)
        } else {
            host(range.lowerBound..<(first(of: 0x3A, in: range) ?? range.upperBound))
        }
    }

    mutating func parameters(_ range: Range<Int>) {
        for part in parts(range, separator: 0x3B) { parameter(part) }
    }

    /// Values that name nobody stay; hosts become hosts; the rest are tokens.
    mutating func parameter(_ range: Range<Int>) {
        guard let equals = first(of: 0x3D, in: range) else { return }
        let value = trimmed(equals + 1..<range.upperBound)
        switch text(trimmed(range.lowerBound..<equals)) {
        case "branch" where text(value).hasPrefix("z9hg4bk"): token(value.lowerBound + 7..<value.upperBound)
        case "received", "maddr", "host", "sent-by": hostPort(value)
        case "transport", "user", "lr", "method", "ttl", "rport", "expires", "q", "reason", "cause", "privacy",
            "counter", "index", "screen", "party", "methods", "reg-id", "purpose", "handling", "id-type", "noa", "npi",
            "cpc", "oli", "isup-oli", "refresher", "text", "early-only", "ob", "alias", "keep", "comp",
            "appearance-index", "info", "to-type":
            if text(value).contains("\"") { mention(value) }
        case "phone-context", "tgrp", "trunk-context", "cic", "rn", "isub", "ext":
            identity(value)
        default: token(value)
        }
    }

    /// `SIP/2.0/UDP host:port;branch=…`
    mutating func via(_ range: Range<Int>) {
        let range = trimmed(range)
        let end = first(of: 0x3B, in: range) ?? range.upperBound
        if let space = octets[range.lowerBound..<end].firstIndex(where: Self.isSpace) { hostPort(space..<end) }
        parameters(end..<range.upperBound)
    }

    mutating func callID(_ range: Range<Int>) {
        for part in parts(range, separator: 0x2C) {
            guard let at = first(of: 0x40, in: part) else {
                token(part)
                continue
            }
            token(part.lowerBound..<at)
            host(at + 1..<part.upperBound)
        }
    }

    /// `Digest username="…", realm="…" …`: who, where and every proof; methods and flags stay.
    mutating func credentials(_ range: Range<Int>) {
        guard let space = octets[range].firstIndex(of: 0x20) else { return token(range) }
        let isNamed = first(of: 0x3D, in: range.lowerBound..<space) != nil
        for part in elements((isNamed ? range.lowerBound : space)..<range.upperBound) {
            guard let equals = first(of: 0x3D, in: part) else {
                token(part)
                continue
            }
            let value = equals + 1..<part.upperBound
            let inside = trimmed(value).dropping(while: { octets[$0] == 0x22 })
            switch text(trimmed(part.lowerBound..<equals)) {
            case "algorithm", "qop", "nc", "stale", "auth-param": break
            case "username": address(inside)
            case "realm": host(inside.upTo { octets[$0] == 0x22 })
            case "uri": uri(inside.upTo { octets[$0] == 0x22 })
            default: token(value)
            }
        }
    }

    /// `user` or `user@host`.
    private mutating func address(_ range: Range<Int>) {
        let end = range.upTo { octets[$0] == 0x22 }
        guard let at = first(of: 0x40, in: end) else { return identity(end) }
        identity(end.lowerBound..<at)
        host(at + 1..<end.upperBound)
    }

    /// `399 host:port "text"`
    mutating func warning(_ range: Range<Int>) {
        let range = trimmed(range)
        guard let space = first(of: 0x20, in: range) else { return mention(range) }
        let quote = first(of: 0x22, in: space..<range.upperBound) ?? range.upperBound
        hostPort(space..<quote)
        mention(quote..<range.upperBound)
    }

    /// Octets of unknown meaning: all that could say something.
    mutating func anything(_ range: Range<Int>) {
        var index = range.lowerBound
        for run in runs(range, where: { Self.isWordOctet($0) || $0 == 0x2E }) where run.lowerBound >= index {
            identity(run)
            index = run.upperBound
        }
    }

    /// Words of a product's name; what has dots in it is a host or a version.
    func learnProduct(_ range: Range<Int>) {
        let names = runs(range, where: { Self.isWordOctet($0) || $0 == 0x2E })
        let words = names.filter { first(of: 0x2E, in: $0) == nil }.map { Array(octets[$0]) }
        self.names.learnProduct(words.filter { $0.count >= 4 && !$0.contains(where: Self.isDigit) })
    }
}

extension Range<Int> {
    fileprivate func dropping(while holds: (Int) -> Bool) -> Range<Int> {
        var start = lowerBound
        while start < upperBound, holds(start) { start += 1 }
        return start..<upperBound
    }

    fileprivate func upTo(_ ends: (Int) -> Bool) -> Range<Int> {
        lowerBound..<(first(where: ends) ?? upperBound)
    }
}
