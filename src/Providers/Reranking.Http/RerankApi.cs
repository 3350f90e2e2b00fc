namespace Reranking.Http;

/// <summary>A rerank API that an endpoint implements.</summary>
public enum RerankApi
{
    /// <summary>Cohere's v2 API, also of gateways and local servers that implement it.</summary>
    Cohere,

    /// <summary>Cohere's models on Azure AI Foundry: the key goes into the header <c>api-key</c>, and the model is the name of the deployment.</summary>
    AzureFoundry,

    /// <summary>Jina.</summary>
    Jina,

    /// <summary>Voyage.</summary>
    Voyage,

    /// <summary>Mixedbread.</summary>
    Mixedbread,

    /// <summary>Hugging Face's Text Embeddings Inference, which serves one model and takes 32 documents a request.</summary>
    TextEmbeddingsInference,

    /// <summary>vLLM.</summary>
    Vllm,

    /// <summary>The server of llama.cpp, started with <c>--reranking</c>; it returns logits.</summary>
    LlamaCpp,

    /// <summary>Pinecone's inference API.</summary>
    Pinecone,
}
