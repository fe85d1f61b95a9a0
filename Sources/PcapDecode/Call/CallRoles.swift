import FaxCore

extension Call {
    /// The same call with caller and callee the other way round: the capture began inside it, and what was said later
    /// tells who is who.
    public var withRolesTurned: Call {
        var call = self
        call.signalling = signalling.withRolesTurned
        for place in call.streams.indices { call.streams[place].direction = streams[place].direction?.other }
        (call.coverage.caller, call.coverage.callee) = (coverage.callee, coverage.caller)
        return call
    }
}

extension Signalling {
    /// Said of calls whose INVITE was not seen.
    static let rolesByFirstMessage =
        "The capture begins inside the call: caller and callee are taken from the first message seen."
    private static let rolesByFax = "The capture begins inside the call: what the fax says tells caller and callee."

    fileprivate var withRolesTurned: Signalling {
        var turned = self
        (turned.caller, turned.callee) = (callee, caller)
        (turned.callerAgent, turned.calleeAgent) = (calleeAgent, callerAgent)
        (turned.callerAddress, turned.calleeAddress) = (calleeAddress, callerAddress)
        switch endedBy {
        case .caller: turned.endedBy = .callee
        case .callee: turned.endedBy = .caller
        case .network, nil: break
        }
        if let change = t38Switch { turned.t38Switch?.offeredBy = change.offeredBy.other }
        for place in mediaChanges.indices { turned.mediaChanges[place].offeredBy = mediaChanges[place].offeredBy.other }
        for place in steps.indices { turned.steps[place].from = steps[place].from?.other }
        for place in sessions.indices { turned.sessions[place].party = sessions[place].party.other }
        turned.notes = notes.map { $0 == Self.rolesByFirstMessage ? Self.rolesByFax : $0 }
        return turned
    }
}
