namespace Reranking.Onnx;

/// <summary>The working memory of <see cref="BpeModel"/> for one word of ordinary length.</summary>
internal sealed class BpeScratch
{
    /// <summary>The bytes that a word of ordinary length has at most.</summary>
    public const int Capacity = 64;

    public byte[] Bytes { get; } = new byte[Capacity];

    public int[] Ids { get; } = new int[Capacity];

    /// <summary>Gets the merge of each id with the next.</summary>
    public long[] Merges { get; } = new long[Capacity];
}
