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

    /// The highest dot product of each vector on the left with any on the right; 0 where there is none on the right.
    /// - Parameters: vectors of `width` floats, one behind the other.
    public static func bestDots(_ left: [Float], _ right: [Float], width: Int) -> [Float] {
        precondition(left.count % width == 0 && right.count % width == 0, "no whole number of vectors")
        let (rows, columns) = (left.count / width, right.count / width)
        guard rows > 0, columns > 0 else { return [Float](repeating: 0, count: rows) }
        var products = [Float](repeating: 0, count: rows * columns)
        vm_best().pointee.few_rows(left, rows, right, columns, width, &products, columns)
        return (0..<rows).map { row in products[row * columns..<(row + 1) * columns].max() ?? 0 }
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
