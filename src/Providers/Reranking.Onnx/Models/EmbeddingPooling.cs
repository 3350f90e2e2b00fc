namespace Reranking.Onnx;

/// <summary>How the token embeddings of a bi-encoder's last layer are pooled into one embedding.</summary>
public enum EmbeddingPooling
{
    /// <summary>The embedding of the first token, <c>[CLS]</c>: the bge and gte families.</summary>
    Cls,

    /// <summary>The mean of all token embeddings: all-MiniLM and the e5 family.</summary>
    Mean,
}
