namespace Reranking.Onnx;

/// <summary>A place where a text might be cut.</summary>
/// <param name="Before">The code point before it, or <see cref="Unknown"/>.</param>
/// <param name="After">The code point after it, or <see cref="Unknown"/> where there can be no cut.</param>
internal readonly record struct TextCut(int Before, int After)
{
    public const int Unknown = -1;

    public static TextCut Impossible { get; } = new(Unknown, Unknown);

    public bool IsPossible => After != Unknown;
}
