namespace Reranking.Onnx;

/// <summary>The third stage: the ids of one pre-token.</summary>
/// <remarks>Immutable and thread-safe.</remarks>
internal abstract class TokenModel
{
    /// <summary>Gets how many tokens there are, which is where the ids of added tokens start.</summary>
    public abstract int Count { get; }

    /// <summary>Gets the highest id.</summary>
    public abstract int HighestId { get; }

    public abstract int? FindId(string token);

    /// <summary>Appends the ids of a pre-token that is not empty.</summary>
    public abstract void Encode(ReadOnlySpan<char> preToken, TokenBuffer output);
}
