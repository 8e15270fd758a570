import CVectorMath

/// What is computed on vectors outside a store.
public enum VectorMath {
    /// - Parameters: as long as each other.
    public static func dot(_ left: [Float], _ right: [Float]) -> Float {
        precondition(left.count == right.count, "vectors of different length")
        var result: Float = 0
        vm_best().pointee.dots(left, 1, right, left.count, &result)
        return result
    }

    /// The weighed sum, scaled to length 1; nil where there is nothing of any weight.
    public static func unitSum(_ parts: [(vector: [Float], weight: Float)]) -> [Float]? {
        guard let width = parts.first?.vector.count else { return nil }
        var sum = [Float](repeating: 0, count: width)
        for (vector, weight) in parts { for place in 0..<width { sum[place] += weight * vector[place] } }
        let length = dot(sum, sum).squareRoot()
        guard length > 0 else { return nil }
        return sum.map { $0 / length }
    }
}
