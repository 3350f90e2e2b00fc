namespace Reranking.Onnx;

/// <summary>The encoded inputs of one request, each written into the engine's buffers when its turn comes.</summary>
internal abstract class ModelInputs
{
    public abstract int Count { get; }

    /// <summary>Gets how many tokens an input has, special tokens included.</summary>
    public abstract int Length(int index);

    /// <summary>Writes an input into buffers of exactly its length.</summary>
    public abstract void Write(int index, Span<long> ids, Span<long> typeIds);
}
