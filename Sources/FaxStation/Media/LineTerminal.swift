/// What hangs on the line of a call whose T.30 is not ours: a modem that fax software drives. It is stepped with the call's
/// clock; everything else goes on between it and its software. It knows sound only: where T.38 carries the call, a gateway
/// stands before it, as in an ATA.
public protocol LineTerminal: AnyObject {
    /// Hears a step of samples and puts in their place as many that it sends in the same time.
    func step(_ samples: inout [Int16])
}
