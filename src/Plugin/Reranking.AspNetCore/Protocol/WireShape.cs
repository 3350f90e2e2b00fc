namespace Reranking.AspNetCore.Protocol;

/// <summary>Whose requests and responses they are.</summary>
internal enum WireShape
{
    /// <summary>Cohere v2: documents are strings and do not come back.</summary>
    CohereV2,

    /// <summary>Cohere v1, Jina, vLLM, llama.cpp and their kin, which differ in what they leave out.</summary>
    Common,

    /// <summary>Voyage: <c>top_k</c>, and the scores in <c>data</c>.</summary>
    Voyage,

    /// <summary>Mixedbread: <c>input</c>, <c>top_k</c>, and <c>score</c> in <c>data</c>.</summary>
    Mixedbread,

    /// <summary>Text Embeddings Inference: <c>texts</c>, and a bare array.</summary>
    Tei,
}
