using System.Numerics;

namespace Reranking.Tokenizers.Tokenization;

/// <summary>Binary search without the comparer of .NET's, which boxes each value until its caller is optimized.</summary>
internal static class SortedSearch
{
    /// <summary>Finds a value in ascending ones that differ.</summary>
    /// <returns>Its index, or -1.</returns>
    public static int IndexOf<T>(ReadOnlySpan<T> sorted, T value)
        where T : struct, IComparisonOperators<T, T, bool>
    {
        int low = 0;
        int high = sorted.Length - 1;
        while (low <= high)
        {
            int middle = (low + high) / 2;
            if (sorted[middle] == value)
            {
                return middle;
            }

            if (sorted[middle] < value)
            {
                low = middle + 1;
            }
            else
            {
                high = middle - 1;
            }
        }

        return -1;
    }
}
