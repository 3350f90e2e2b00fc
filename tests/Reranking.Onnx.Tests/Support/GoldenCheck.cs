using System.Globalization;

namespace Reranking.Onnx.Tests;

/// <summary>Compares with golden values, and names every pair that differs.</summary>
internal sealed class GoldenCheck
{
    private readonly List<string> _differences = [];

    public void Equal<T>(int pair, string what, T expected, T found)
    {
        if (!EqualityComparer<T>.Default.Equals(expected, found))
        {
            Add(pair, what, expected, found);
        }
    }

    public void Near(int pair, string what, double expected, double found, double tolerance)
    {
        if (!(Math.Abs(expected - found) <= tolerance))
        {
            Add(pair, what, expected, found);
        }
    }

    public void AssertNoDifference() => Assert.Empty(_differences);

    private void Add<T>(int pair, string what, T expected, T found) =>
        _differences.Add(string.Create(CultureInfo.InvariantCulture, $"pair {pair}, {what}: expected {expected}, found {found}"));
}
