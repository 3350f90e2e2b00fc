namespace Reranking.Onnx;

/// <summary>What a piece of a template stands for.</summary>
internal enum TemplateSource
{
    SpecialTokens,
    Query,
    Document,
}
