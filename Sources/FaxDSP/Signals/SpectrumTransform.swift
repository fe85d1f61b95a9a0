import Foundation

/// The power spectrum of a short piece of samples: Hann window, real Fourier transform of a power of two.
struct SpectrumTransform {
    /// Samples of a piece.
    let size: Int
    /// Bins of a spectrum, `size / 2 + 1`, from 0 to 4000 Hz.
    var binCount: Int { size / 2 + 1 }
    var binHz: Float { 8000 / Float(size) }

    /// The window, `size` values; cosines and sines of half a turn, `size / 2` values each.
    private let tables: [Float]
    /// Real and imaginary parts, twice, `size / 2` values each.
    private var work: [Float]
    /// Of the last piece, scaled so that the bins of a stretch of the spectrum add up to its mean square.
    private(set) var power: [Float]

    /// `size`: a power of two, 16 or more.
    init(size: Int) {
        precondition(size >= 16 && size & (size - 1) == 0)
        self.size = size
        let window = (0..<size).map { 0.5 - 0.5 * Float(cos(2 * .pi * (Double($0) + 0.5) / Double(size))) }
        let cosines = (0..<size / 2).map { Float(cos(2 * .pi * Double($0) / Double(size))) }
        let sines = (0..<size / 2).map { Float(-sin(2 * .pi * Double($0) / Double(size))) }
        tables = window + cosines + sines
        work = Array(repeating: 0, count: size * 2)
        power = Array(repeating: 0, count: size / 2 + 1)
    }

    /// Transforms the `size` samples from `start`; those outside the samples are 0.
    mutating func transform(_ samples: UnsafeBufferPointer<Int16>, from start: Int) {
        let size = size
        tables.withUnsafeBufferPointer { tables in
            work.withUnsafeMutableBufferPointer { work in
                power.withUnsafeMutableBufferPointer { power in
                    // None of the three is ever empty.
                    guard let tables = tables.baseAddress, let work = work.baseAddress, let power = power.baseAddress
                    else { return }
                    let pass = TransformPass(size: size, window: tables, work: work)
                    pass.load(samples, from: start)
                    pass.unpack(pass.butterflies(), to: power)
                }
            }
        }
    }

    /// The frequency of a tone whose strongest bin is `bin`: in a Hann window the ratio of two neighbours tells it.
    func frequency(ofPeak bin: Int) -> Float { Self.frequency(power, bin: bin, binHz: binHz) }

    static func frequency(_ power: [Float], bin: Int, binHz: Float) -> Float {
        guard bin > 0, bin + 1 < power.count, power[bin] > 0 else { return Float(bin) * binHz }
        let isAbove = power[bin + 1] > power[bin - 1]
        let ratio = (power[isAbove ? bin + 1 : bin - 1] / power[bin]).squareRoot()
        let offset = (2 * ratio - 1) / (ratio + 1)
        return (Float(bin) + (isAbove ? offset : -offset)) * binHz
    }
}

/// One use of a transform's memory; all indices follow from `size`.
private struct TransformPass {
    let size: Int
    let window: UnsafePointer<Float>
    let work: UnsafeMutablePointer<Float>

    private var half: Int { size / 2 }
    private var cosines: UnsafePointer<Float> { window + size }
    private var sines: UnsafePointer<Float> { window + size + half }

    /// Even samples become real, odd ones imaginary: half the transform for a real signal.
    func load(_ samples: UnsafeBufferPointer<Int16>, from start: Int) {
        let imaginary = work + half
        if start >= 0, start + size <= samples.count, let base = samples.baseAddress {
            let piece = base + start
            for index in 0..<half {
                work[index] = Float(piece[2 * index]) * window[2 * index]
                imaginary[index] = Float(piece[2 * index + 1]) * window[2 * index + 1]
            }
            return
        }
        func sample(_ offset: Int) -> Float {
            let index = start + offset
            return index >= 0 && index < samples.count ? Float(samples[index]) * window[offset] : 0
        }
        for index in 0..<half {
            work[index] = sample(2 * index)
            imaginary[index] = sample(2 * index + 1)
        }
    }

    /// Stockham's order of a transform of radix 2: no reordering, long inner loops. Gives where the result is.
    func butterflies() -> UnsafeMutablePointer<Float> {
        var from = work
        var to = work + size
        var groups = size / 4
        var width = 1
        while groups >= 1 {
            stage(from, to, groups: groups, width: width)
            (from, to) = (to, from)
            groups /= 2
            width *= 2
        }
        return from
    }

    @inline(__always)
    private func stage(_ from: UnsafeMutablePointer<Float>, _ to: UnsafeMutablePointer<Float>, groups: Int, width: Int)
    {
        let quarter = size / 4
        for group in 0..<groups {
            let cosine = cosines[2 * group * width]
            let sine = sines[2 * group * width]
            let a = from + group * width
            let b = a + half
            let c = to + 2 * group * width
            let d = c + half
            for index in 0..<width {
                let firstReal = a[index]
                let firstImaginary = b[index]
                let secondReal = a[index + quarter]
                let secondImaginary = b[index + quarter]
                c[index] = firstReal + secondReal
                d[index] = firstImaginary + secondImaginary
                let differenceReal = firstReal - secondReal
                let differenceImaginary = firstImaginary - secondImaginary
                c[width + index] = differenceReal * cosine - differenceImaginary * sine
                d[width + index] = differenceReal * sine + differenceImaginary * cosine
            }
        }
    }

    func unpack(_ real: UnsafeMutablePointer<Float>, to power: UnsafeMutablePointer<Float>) {
        let imaginary = real + half
        // A Hann window holds 3/8 of the power; a bin and its mirror image are one.
        let scale = 2 / (Float(size) * Float(size) * 3 / 8)
        power[0] = 0
        power[half] = 0
        for bin in 1..<half {
            let evenReal = (real[bin] + real[half - bin]) / 2
            let evenImaginary = (imaginary[bin] - imaginary[half - bin]) / 2
            let oddReal = (imaginary[bin] + imaginary[half - bin]) / 2
            let oddImaginary = (real[half - bin] - real[bin]) / 2
            let sumReal = evenReal + oddReal * cosines[bin] - oddImaginary * sines[bin]
            let sumImaginary = evenImaginary + oddReal * sines[bin] + oddImaginary * cosines[bin]
            power[bin] = (sumReal * sumReal + sumImaginary * sumImaginary) * scale
        }
    }
}
